//! Values of ClearML's settings.

use hocon::HoconValue;
use presign_core::{Environment, Origin};

use super::hocon::{Piece, pieces};

/// A secret, as far as it has to be known: whether it is another's equal, and which variable holds it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret {
    pieces: Vec<Piece>,
    /// The setting that holds it.
    pub(super) place: String,
}

/// The fields of one object of a file.
pub(super) struct Fields<'a> {
    /// Where the object stands: `clearml.conf: sdk.aws.s3.credentials[0]`.
    pub(super) place: String,
    pub(super) value: &'a HoconValue,
    pub(super) environment: &'a dyn Environment,
}

impl Secret {
    /// The variable that is all of it.
    pub(super) fn variable(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Variable(name)] => Some(name),
            _ => None,
        }
    }

    /// Whether another has the same value; they may stand in different places.
    pub(super) fn equals(&self, other: &Self) -> bool {
        self.pieces == other.pieces
    }

    /// Whether it is a JSON object and not a file's name.
    pub(super) fn is_json(&self) -> bool {
        matches!(self.pieces.first(), Some(Piece::Literal(text)) if text.trim_start().starts_with('{'))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({})", self.place)
    }
}

impl Fields<'_> {
    fn field(&self, name: &str) -> Option<&HoconValue> {
        self.value.as_object()?.get(name)
    }

    /// A secret; `None` when it is empty.
    pub(super) fn secret(&self, name: &str) -> Option<Secret> {
        let pieces = pieces(self.field(name)?);
        (!pieces.is_empty()).then(|| Secret { pieces, place: format!("{}.{name}", self.place) })
    }

    /// A text that is no secret, its variables resolved; `None` when it is empty.
    ///
    /// # Errors
    /// Names a variable that is not set.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, String> {
        let Some(value) = self.field(name) else { return Ok(None) };
        let text: Result<String, String> = pieces(value).into_iter().map(|piece| self.resolved(name, piece)).collect();
        Ok(Some(text?.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// As [`Fields::text`], when it is what it should be; what it is instead is not repeated.
    ///
    /// # Errors
    /// Says that it is not, or as [`Fields::text`].
    pub(super) fn checked(&self, name: &str, is_fit: fn(&str) -> bool) -> Result<Option<String>, String> {
        match self.text(name)? {
            Some(text) if !is_fit(&text) => Err(format!("{}.{name} is not fit to be one", self.place)),
            text => Ok(text),
        }
    }

    fn resolved(&self, name: &str, piece: Piece) -> Result<String, String> {
        match piece {
            Piece::Literal(text) => Ok(text),
            Piece::Variable(variable) => self.environment.variable(&variable).ok_or_else(|| {
                format!("{}.{name} comes from the variable {variable}, which is not set here", self.place)
            }),
        }
    }

    /// Whether a field says yes.
    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        match self.text(name) {
            Ok(Some(text)) => !matches!(text.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "0"),
            _ => default,
        }
    }

    /// Whether there is something in a field.
    pub(super) fn has(&self, name: &str) -> bool {
        self.field(name).is_some_and(|value| match value {
            HoconValue::Object(fields) => !fields.is_empty(),
            HoconValue::Array(items) => !items.is_empty(),
            value => !pieces(value).is_empty(),
        })
    }
}

/// `host` or `host:port`.
pub(super) fn is_host(text: &str) -> bool {
    !text.contains('/') && Origin::parse(&format!("https://{text}")).is_ok()
}

/// A bucket's, container's, account's, region's or profile's name.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-$".contains(&byte);
    text.len() <= 255 && text.bytes().all(plain) && text.bytes().any(|byte| byte != b'.')
}

/// A folder in a bucket.
pub(super) fn is_folder(text: &str) -> bool {
    presign_core::ObjectKey::parse(text.trim_matches('/')).is_ok()
}

/// A file's path.
pub(super) fn is_path(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

/// An address.
pub(super) fn is_url(text: &str) -> bool {
    let uri: Option<http::Uri> = text.parse().ok();
    uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.query().is_none()
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    })
}
