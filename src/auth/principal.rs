//! An authenticated caller.

use presign_core::Timestamp;

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The user's id.
    pub user: String,
    /// The company's id.
    pub company: String,
    /// The role.
    pub role: String,
    /// The user's name, for people.
    pub name: Option<String>,
    /// When the caller's token ends, if it does.
    pub token_expires_at: Option<Timestamp>,
}
