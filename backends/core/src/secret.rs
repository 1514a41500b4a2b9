//! Values that the configuration only points at.

use std::{fmt, path::PathBuf};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};

use crate::Environment;

/// A reference to a secret: `{env: NAME}` or `{file: PATH}`. A secret never stands in the configuration itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(title = "secret")]
pub enum SecretRef {
    /// The value of an environment variable.
    Env(String),
    /// The content of a file, without the line end at its end.
    File(PathBuf),
}

/// A value that is no secret: written out, or a reference like a secret's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, JsonSchema)]
#[schemars(untagged, title = "value")]
pub enum ValueRef {
    /// The value itself.
    Value(String),
    /// Where the value is.
    Reference(SecretRef),
}

impl SecretRef {
    /// Fetches the secret.
    ///
    /// # Errors
    /// Says, without the value, why there is none: the variable is not set, the file cannot be read, or it is empty.
    pub fn resolve(&self, environment: &dyn Environment) -> Result<SecretString, String> {
        let text = match self {
            Self::Env(name) => {
                environment.variable(name).ok_or_else(|| format!("the environment variable {name} is not set"))?
            }
            Self::File(path) => environment
                .read(path)
                .map_err(|error| format!("the file {} cannot be read: {error}", path.display()))?,
        };
        let trimmed = text.trim_end_matches(['\r', '\n']);
        if trimmed.is_empty() {
            return Err(match self {
                Self::Env(name) => format!("the environment variable {name} is empty"),
                Self::File(path) => format!("the file {} is empty", path.display()),
            });
        }
        Ok(SecretString::from(trimmed))
    }
}

impl ValueRef {
    /// Fetches the value.
    ///
    /// # Errors
    /// As [`SecretRef::resolve`].
    pub fn resolve(&self, environment: &dyn Environment) -> Result<String, String> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Reference(reference) => {
                reference.resolve(environment).map(|secret| secrecy::ExposeSecret::expose_secret(&secret).to_owned())
            }
        }
    }
}

const HOW: &str = "give a reference instead of the value: {env: NAME} or {file: PATH}";

struct SecretVisitor;

// Written by hand because serde's own messages repeat the value they did not expect: an inline secret would be shown.
impl<'de> Visitor<'de> for SecretVisitor {
    type Value = SecretRef;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HOW)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretRef, A::Error> {
        let only_one = || de::Error::custom(HOW);
        let name: String = map.next_key()?.ok_or_else(only_one)?;
        let reference = match name.as_str() {
            "env" => SecretRef::Env(map.next_value()?),
            "file" => SecretRef::File(map.next_value()?),
            _ => return Err(only_one()),
        };
        match map.next_key::<String>()? {
            None => Ok(reference),
            Some(_) => Err(only_one()),
        }
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<SecretRef, E> {
        Err(E::custom(HOW))
    }
    fn visit_bool<E: de::Error>(self, _: bool) -> Result<SecretRef, E> {
        Err(E::custom(HOW))
    }
    fn visit_i64<E: de::Error>(self, _: i64) -> Result<SecretRef, E> {
        Err(E::custom(HOW))
    }
    fn visit_u64<E: de::Error>(self, _: u64) -> Result<SecretRef, E> {
        Err(E::custom(HOW))
    }
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<SecretRef, E> {
        Err(E::custom(HOW))
    }
}

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = ValueRef;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, {env: NAME} or {file: PATH}")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<ValueRef, E> {
        Ok(ValueRef::Value(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ValueRef, A::Error> {
        SecretVisitor.visit_map(map).map(ValueRef::Reference)
    }
}

impl<'de> Deserialize<'de> for ValueRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::FixedEnvironment;

    fn read(json: &str) -> Result<SecretRef, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_secret_is_read_from_where_the_reference_points() {
        let environment = FixedEnvironment::new([("KEY", "s3cr3t\n"), ("NONE", "\n")]);
        let resolve = |name: &str| SecretRef::Env(name.into()).resolve(&environment);
        assert_eq!(resolve("KEY").unwrap().expose_secret(), "s3cr3t");
        assert_eq!(resolve("NONE").unwrap_err(), "the environment variable NONE is empty");
        assert_eq!(resolve("OTHER").unwrap_err(), "the environment variable OTHER is not set");
    }

    #[test]
    fn an_inline_secret_is_refused_and_not_repeated() {
        for json in ["\"hunter2\"", "120394857", "-12.5", "true", "[\"hunter2\"]", "{\"value\":\"hunter2\"}"] {
            let error = read(json).unwrap_err();
            assert!(!error.contains("hunter2") && !error.contains("120394857") && !error.contains("12.5"), "{error}");
            assert!(error.contains("{env: NAME}"), "{error}");
        }
    }

    #[test]
    fn a_reference_has_one_source() {
        assert_eq!(read(r#"{"env":"A"}"#), Ok(SecretRef::Env("A".into())));
        assert!(read(r#"{"env":"A","file":"b"}"#).is_err());
        assert!(read("{}").is_err());
    }
}
