//! Why a value is not of the type it should have. Holds no value, so that no message can repeat one.

use std::fmt;

use serde::de::{self, Unexpected};

use super::suggest;

/// The first thing that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// A field that has to be there is not.
    Missing(&'static str),
    /// A field that nobody reads.
    UnknownField { name: String, known: &'static [&'static str] },
    /// None of the words that are known here.
    UnknownValue { nearest: Option<&'static str>, known: &'static [&'static str] },
    /// A value of another type.
    WrongType { found: &'static str, expected: String },
    /// What a type says in its own words, which may repeat the value.
    Other(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value is not valid")
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::WrongType { found: kind(&unexpected), expected: expected.to_string() }
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn invalid_length(_: usize, expected: &dyn de::Expected) -> Self {
        Self::WrongType { found: "a list of another length", expected: expected.to_string() }
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownValue { nearest: suggest::nearest(variant, known.iter().copied()), known }
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownField { name: name.to_owned(), known }
    }

    fn missing_field(name: &'static str) -> Self {
        Self::Missing(name)
    }
}

fn kind(unexpected: &Unexpected<'_>) -> &'static str {
    match unexpected {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Float(_) => "a number",
        Unexpected::Signed(_) => "a negative number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "nothing",
        Unexpected::Seq => "a list",
        Unexpected::Map | Unexpected::StructVariant => "a section of fields",
        _ => "something else",
    }
}
