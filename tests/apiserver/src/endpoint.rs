//! The endpoints that there are.

/// An endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Login,
    Logout,
    LoginLogout,
    ValidateToken,
    CurrentUser,
    SupportedModes,
    Ping,
}

impl Endpoint {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "auth.login" => Self::Login,
            "auth.logout" => Self::Logout,
            "login.logout" => Self::LoginLogout,
            "auth.validate_token" => Self::ValidateToken,
            "users.get_current_user" => Self::CurrentUser,
            "login.supported_modes" => Self::SupportedModes,
            "debug.ping" => Self::Ping,
            _ => return None,
        })
    }

    /// The version of the interface that brought it.
    pub(crate) const fn since(self) -> (u32, u32) {
        match self {
            Self::Logout => (2, 2),
            Self::LoginLogout => (2, 13),
            _ => (1, 0),
        }
    }

    pub(crate) const fn since_text(self) -> &'static str {
        match self {
            Self::Logout => "2.2",
            Self::LoginLogout => "2.13",
            _ => "1.0",
        }
    }

    /// Whether it answers callers that are not logged in.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::LoginLogout | Self::SupportedModes | Self::Ping)
    }

    /// Whether only the roles `system` and `root` may call it.
    pub(crate) const fn is_internal(self) -> bool {
        matches!(self, Self::ValidateToken)
    }
}
