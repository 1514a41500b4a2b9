//! A caller that is known.

use presign_core::Timestamp;

/// Who a caller is, as the authenticator found it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Principal {
    /// The user's id.
    pub user: String,
    /// The id of the user's company; empty when there is none.
    pub company: String,
    /// The role, such as `user`, `admin` or `guest`.
    pub role: String,
    /// The user's name as people read it.
    pub name: Option<String>,
    /// When the token ends; `None` for one that does not.
    pub token_expires_at: Option<Timestamp>,
}

impl Principal {
    /// With an id, a company's id and a role.
    #[must_use]
    pub fn new(user: impl Into<String>, company: impl Into<String>, role: impl Into<String>) -> Self {
        Self { user: user.into(), company: company.into(), role: role.into(), name: None, token_expires_at: None }
    }

    /// With a name.
    #[must_use]
    pub fn with_name(mut self, name: Option<String>) -> Self {
        self.name = name;
        self
    }

    /// With an end of the token.
    #[must_use]
    pub const fn with_token_expires_at(mut self, expires_at: Option<Timestamp>) -> Self {
        self.token_expires_at = expires_at;
        self
    }
}
