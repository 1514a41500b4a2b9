//! Lower-case hexadecimal.

/// Appends two digits for each byte. In pieces of a hash's length, and not digit by digit: every request has two.
pub(crate) fn push(target: &mut String, bytes: &[u8]) {
    for piece in bytes.chunks(32) {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(piece) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0x0f)]);
        }
        let digits = digits.get(..2 * piece.len()).unwrap_or_default();
        // They are ASCII.
        target.push_str(std::str::from_utf8(digits).unwrap_or_default());
    }
}

const fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + (nibble - 10) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_byte_has_two_digits() {
        let bytes: Vec<u8> = (0..=255).chain([7]).collect();
        let mut text = "=".to_owned();
        super::push(&mut text, &bytes);
        let digits = text.strip_prefix('=').unwrap();
        let read = |start| u8::from_str_radix(&digits[start..start + 2], 16).unwrap();
        assert_eq!((0..digits.len()).step_by(2).map(read).collect::<Vec<_>>(), bytes);
        assert_eq!(digits, digits.to_ascii_lowercase());
    }
}
