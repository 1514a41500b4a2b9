//! What a backend's configuration says of its links, whatever the kind of backend.

use presign_core::ExpiresIn;
use sha2::{Digest, Sha256};

use crate::config::{Attribution, BackendConfig};

/// How many bytes of a user's hash name them: enough that no two are alike, short enough for a log line.
const HASH_BYTES: usize = 16;

/// What all links of a backend have to keep to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// Their longest life.
    pub max_ttl: Option<ExpiresIn>,
    /// How they name who asked for them.
    attribution: Attribution,
}

impl Terms {
    /// The terms that a configuration states. A life that is none was refused before.
    #[must_use]
    pub fn of(config: &BackendConfig) -> Self {
        let max_ttl = config.max_ttl.and_then(|life| ExpiresIn::from_seconds(life.0.as_secs()).ok());
        Self { max_ttl, attribution: config.attribution }
    }

    /// How a link names the user who asked for it; `None` when it does not.
    pub(crate) fn attribution(&self, user: &str) -> Option<String> {
        match self.attribution {
            Attribution::None => None,
            Attribution::Plain => Some(user.to_owned()),
            Attribution::Hashed => Some(hashed(user)),
        }
    }
}

/// The first half of the SHA-256 of a user's id, in hexadecimal.
fn hashed(user: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(user).iter().take(HASH_BYTES).fold(String::with_capacity(2 * HASH_BYTES), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_first_half_of_sha_256() {
        let terms = Terms { attribution: Attribution::Hashed, ..Terms::default() };
        // printf abc | sha256sum
        assert_eq!(terms.attribution("abc").unwrap(), "ba7816bf8f01cfea414140de5dae2223");
    }
}
