//! Ranges against a naive reading of the RFC, byte by byte.

use proptest::prelude::*;

use super::*;

/// The bytes that a range of these bounds names, asked of each byte in turn.
fn naive(first: Option<u64>, last: Option<u64>, size: u64) -> Vec<u64> {
    let wanted = |byte: &u64| match (first, last) {
        (Some(first), Some(last)) => first <= *byte && *byte <= last,
        (Some(first), None) => first <= *byte,
        (None, Some(length)) => *byte + length >= size,
        (None, None) => false,
    };
    (0..size).filter(wanted).collect()
}

proptest! {
    #[test]
    fn a_range_is_what_slicing_byte_by_byte_gives(
        first in proptest::option::of(0_u64..60),
        last in proptest::option::of(0_u64..60),
        size in 0_u64..50,
    ) {
        let shown = |bound: Option<u64>| bound.map(|number| number.to_string()).unwrap_or_default();
        let parsed = parse(&format!("bytes={}-{}", shown(first), shown(last)), size);
        let expected = naive(first, last, size);
        let nonsense = match (first, last) {
            (None, None) => true,
            (Some(first), Some(last)) => last < first,
            _ => false,
        };
        match parsed {
            Part::Whole => prop_assert!(nonsense),
            Part::Unsatisfiable => prop_assert!(!nonsense && expected.is_empty()),
            Part::Bytes(bytes) => prop_assert_eq!(bytes.collect::<Vec<_>>(), expected),
        }
    }

    #[test]
    fn no_text_panics_or_leads_outside_the_object(text in "(bytes=)?[0-9 ,=-]{0,50}", size in any::<u64>()) {
        if let Part::Bytes(bytes) = parse(&text, size) {
            prop_assert!(bytes.start < bytes.end && bytes.end <= size);
        }
    }
}

#[test]
fn several_ranges_other_units_and_nonsense_get_the_whole() {
    for text in [
        "bytes=0-1,4-5",
        "bytes=0-0, -1",
        "items=0-1",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        "bytes=a-b",
        "bytes=+1-2",
        "bytes=1--2",
    ] {
        assert_eq!(parse(text, 10), Part::Whole, "{text}");
    }
}

#[test]
fn the_unit_is_read_in_any_case_and_numbers_beyond_64_bits_saturate() {
    assert_eq!(parse("Bytes = 2-3", 10), Part::Bytes(2..4));
    assert_eq!(parse("bytes=0-99999999999999999999999", 10), Part::Bytes(0..10));
    assert_eq!(parse("bytes=99999999999999999999999-", 10), Part::Unsatisfiable);
    assert_eq!(parse("bytes=-99999999999999999999999", 10), Part::Bytes(0..10));
}
