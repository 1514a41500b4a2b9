//! Where an object lies.

use std::fmt;

use crate::{InvalidKey, ObjectKey, Scheme};

/// One object in one store: scheme, endpoint (where the URL names one), bucket and key.
///
/// Displayed, it is the storage URL as ClearML writes it, with the key literal: `s3://minio:9000/bucket/a b.png`.
/// Azure's container and blob name are bucket and key here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectLocation {
    scheme: Scheme,
    endpoint: Option<String>,
    bucket: String,
    key: ObjectKey,
}

/// Why parts do not make a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLocation {
    /// There is no bucket.
    #[error("the URL names no bucket")]
    NoBucket,
    /// The bucket's name has a character that no store allows, or is `.` or `..`.
    #[error("the bucket's name has a character that no store allows")]
    InvalidBucket,
    /// The key is not one.
    #[error(transparent)]
    Key(#[from] InvalidKey),
}

impl ObjectLocation {
    /// Puts a location together. `endpoint` is `host[:port][/prefix]`, and `None` where the URL starts with the bucket.
    ///
    /// # Errors
    /// When bucket or key are not well formed. Letters, digits, `.`, `_`, `-`, `$` and `:` make a bucket's name, 1 to 255
    /// of them: what the clouds allow today and allowed in the past.
    pub fn new(
        scheme: Scheme,
        endpoint: Option<String>,
        bucket: impl Into<String>,
        key: ObjectKey,
    ) -> Result<Self, InvalidLocation> {
        let bucket = bucket.into();
        check_bucket(&bucket)?;
        let endpoint = endpoint.map(|text| text.to_ascii_lowercase());
        Ok(Self { scheme, endpoint, bucket, key })
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The endpoint as the URL names it, in lower case: `host[:port][/prefix]`.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The bucket (Azure: the container).
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key (Azure: the blob's name).
    #[must_use]
    pub const fn key(&self) -> &ObjectKey {
        &self.key
    }

    /// The same object as another endpoint's name spells it.
    #[must_use]
    pub fn with_endpoint(&self, endpoint: Option<String>) -> Self {
        Self { endpoint, ..self.clone() }
    }

    /// The storage URL: what is displayed, and in one go, since the rules are asked about it with every request.
    #[must_use]
    pub fn storage_url(&self) -> String {
        self.pieces().concat()
    }

    fn pieces(&self) -> [&str; 7] {
        let (endpoint, slash) = self.endpoint.as_deref().map_or(("", ""), |endpoint| (endpoint, "/"));
        [self.scheme.as_str(), "://", endpoint, slash, &self.bucket, "/", self.key.as_str()]
    }

    /// The location with another bucket or key: what a rule's `rewrite` does.
    ///
    /// # Errors
    /// As [`ObjectLocation::new`].
    pub fn with_object(&self, bucket: impl Into<String>, key: ObjectKey) -> Result<Self, InvalidLocation> {
        Self::new(self.scheme, self.endpoint.clone(), bucket, key)
    }
}

fn check_bucket(bucket: &str) -> Result<(), InvalidLocation> {
    if bucket.is_empty() {
        return Err(InvalidLocation::NoBucket);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-$:".contains(&byte);
    if bucket.len() > 255 || matches!(bucket, "." | "..") || !bucket.bytes().all(allowed) {
        return Err(InvalidLocation::InvalidBucket);
    }
    Ok(())
}

impl fmt::Display for ObjectLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().into_iter().try_for_each(|piece| f.write_str(piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> ObjectKey {
        ObjectKey::parse(text).unwrap()
    }

    #[test]
    fn a_location_reads_as_clearml_writes_it() {
        let minio = ObjectLocation::new(Scheme::S3, Some("MinIO.example:9000".into()), "bkt", key("a b#c")).unwrap();
        assert_eq!(minio.to_string(), "s3://minio.example:9000/bkt/a b#c");
        assert_eq!(minio.with_endpoint(None).to_string(), "s3://bkt/a b#c");
        assert_eq!(minio.storage_url(), minio.to_string());
    }

    #[test]
    fn a_bucket_that_could_change_the_url_is_refused() {
        for bucket in [".", "..", "a/b", "a b", "a?b", "a@b", "a%2Fb", "é"] {
            let made = ObjectLocation::new(Scheme::S3, None, bucket, key("k"));
            assert_eq!(made, Err(InvalidLocation::InvalidBucket), "{bucket}");
        }
        assert_eq!(ObjectLocation::new(Scheme::S3, None, "", key("k")), Err(InvalidLocation::NoBucket));
    }
}
