//! Lower-case hexadecimal.

/// Appends two digits for each byte.
pub(crate) fn push(target: &mut String, bytes: &[u8]) {
    for byte in bytes {
        target.push(digit(byte >> 4));
        target.push(digit(byte & 0x0f));
    }
}

fn digit(nibble: u8) -> char {
    char::from(if nibble < 10 { b'0' + nibble } else { b'a' + (nibble - 10) })
}
