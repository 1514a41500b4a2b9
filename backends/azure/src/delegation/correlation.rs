//! Who asked for a link, as Azure's logs can say it: a GUID.

use uuid::Uuid;

/// The `scid` of somebody: an id of 32 hexadecimal digits, as ClearML gives its users, as the GUID that it is; any other
/// text as the name-based GUID of `clearml:<text>`
/// ([version 5](https://www.rfc-editor.org/rfc/rfc9562#section-5.5), in the namespace of URLs).
pub(crate) fn correlation_id(attribution: &str) -> String {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let plain = (attribution.len() == 32 && attribution.bytes().all(is_digit)).then_some(attribution);
    let named = || Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("clearml:{attribution}").as_bytes());
    plain.and_then(|digits| Uuid::try_parse(digits).ok()).unwrap_or_else(named).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_user_id_that_is_a_guid_stays_one_and_another_gets_one() {
        assert_eq!(correlation_id("0123456789abcdef0123456789abcdef"), "01234567-89ab-cdef-0123-456789abcdef");
        // python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, "clearml:alice"))'
        assert_eq!(correlation_id("alice"), "62708d2a-6443-558e-98b6-80323c225c10");
    }

    proptest! {
        #[test]
        fn whatever_the_id_holds_it_becomes_a_guid(id in "\\PC*|[&=\n\r%\u{e9}a]{0,40}") {
            let guid = correlation_id(&id);
            prop_assert!(Uuid::try_parse(&guid).is_ok());
            prop_assert!(guid.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'));
        }
    }
}
