//! The words that refusals have for machines.

use std::fmt;

use serde::{Serialize, Serializer};

/// What happened, as a program tells it from other things: the `code` of a problem. docs/errors.md says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The request names no object, or two, or is malformed.
    InvalidRequest,
    /// The caller is not known.
    Unauthenticated,
    /// No rule lets the caller do it.
    Forbidden,
    /// The object is not there, or nothing is served at the path.
    NotFound,
    /// The method is not for the path, or the object's rule does not list it.
    MethodNotAllowed,
    /// Nothing moved for too long.
    Stalled,
    /// An upload does not say how long it is.
    LengthRequired,
    /// An uploaded file is too long.
    TooLarge,
    /// The key is longer than stores accept.
    KeyTooLong,
    /// Too much was asked for in a time.
    RateLimited,
    /// The gateway failed.
    Internal,
    /// The store's credentials do not work.
    BackendCredentials,
    /// The store refused a request of the gateway's own.
    Store,
    /// Something that has to be asked is down, or too much is asked at once.
    Unavailable,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::InvalidRequest,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Stalled,
        Self::LengthRequired,
        Self::TooLarge,
        Self::KeyTooLong,
        Self::RateLimited,
        Self::Internal,
        Self::BackendCredentials,
        Self::Store,
        Self::Unavailable,
    ];

    /// The word.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Stalled => "stalled",
            Self::LengthRequired => "length_required",
            Self::TooLarge => "too_large",
            Self::KeyTooLong => "key_too_long",
            Self::RateLimited => "rate_limited",
            Self::Internal => "internal",
            Self::BackendCredentials => "backend_credentials",
            Self::Store => "store",
            Self::Unavailable => "unavailable",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.label())
    }
}
