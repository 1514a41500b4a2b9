//! The canonical query.

use std::{borrow::Cow, cmp::Ordering};

use presign_core::encode;

/// One parameter of the query.
pub(crate) struct Parameter<'a> {
    name: Cow<'a, str>,
    value: Value<'a>,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Literal(&'a str),
    Encoded(&'a str),
}

impl<'a> Parameter<'a> {
    /// From a literal name and value.
    pub(crate) fn literal(name: &'a str, value: &'a str) -> Self {
        Self { name: encoded(name), value: Value::Literal(value) }
    }

    /// With a name and value that are encoded already.
    pub(crate) const fn encoded(name: &'static str, value: &'a str) -> Self {
        Self { name: Cow::Borrowed(name), value: Value::Encoded(value) }
    }

    /// The canonical order: by encoded name, then by encoded value.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name).then_with(|| self.value.encoded().cmp(&other.value.encoded()))
    }
}

impl<'a> Value<'a> {
    fn encoded(self) -> Cow<'a, str> {
        match self {
            Self::Literal(value) => encoded(value),
            Self::Encoded(value) => Cow::Borrowed(value),
        }
    }
}

fn encoded(text: &str) -> Cow<'_, str> {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if text.bytes().all(stays) { Cow::Borrowed(text) } else { Cow::Owned(encode::query(text)) }
}

/// Appends `name=value&name=value`, in the order of the slice.
pub(crate) fn append(target: &mut String, parameters: &[Parameter<'_>]) {
    for (index, parameter) in parameters.iter().enumerate() {
        if index > 0 {
            target.push('&');
        }
        target.push_str(&parameter.name);
        target.push('=');
        match parameter.value {
            Value::Literal(value) => encode::query_into(target, value),
            Value::Encoded(value) => target.push_str(value),
        }
    }
}
