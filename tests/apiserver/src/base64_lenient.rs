//! Base64 as Python reads it: characters outside the alphabet are skipped, and only the padding can be wrong.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// `base64.b64decode(text)`; `None` is its "Incorrect padding".
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let alphabet: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')).collect();
    ENGINE.decode(alphabet).ok()
}

/// What `PyJWT` does with a part of a token: the padding is added first, then `urlsafe_b64decode`.
pub(crate) fn decode_token_part(text: &str) -> Option<Vec<u8>> {
    let missing = (4 - text.len() % 4) % 4;
    let standard: String = text
        .chars()
        .map(|c| {
            if c == '-' {
                '+'
            } else if c == '_' {
                '/'
            } else {
                c
            }
        })
        .collect();
    decode(&(standard + &"=".repeat(missing)))
}
