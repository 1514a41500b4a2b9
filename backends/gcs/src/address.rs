//! Where an object's link points to.

use presign_core::Origin;

/// How links are made of an origin, a bucket and a key.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    origin: Origin,
    style: Style,
}

/// Where the bucket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Path,
    VirtualHosted,
    BucketBound,
}

/// Host and path of an object's link, literal and in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) host: [&'a str; 3],
    pub(crate) path: [&'a str; 4],
}

impl Address {
    /// `origin/bucket/key`
    pub(crate) const fn path(origin: Origin) -> Self {
        Self { origin, style: Style::Path }
    }

    /// `bucket.origin/key`
    pub(crate) const fn virtual_hosted(origin: Origin) -> Self {
        Self { origin, style: Style::VirtualHosted }
    }

    /// `origin/key`, for the one bucket that the origin stands for.
    pub(crate) const fn bucket_bound(origin: Origin) -> Self {
        Self { origin, style: Style::BucketBound }
    }

    /// `https` or `http`.
    pub(crate) const fn scheme(&self) -> &'static str {
        self.origin.scheme()
    }

    /// Where an object's link points to.
    pub(crate) fn place<'a>(&'a self, bucket: &'a str, key: &'a str) -> Place<'a> {
        let host = self.origin.authority();
        match self.style {
            Style::VirtualHosted if is_label(bucket) => Place { host: [bucket, ".", host], path: ["/", key, "", ""] },
            Style::BucketBound => Place { host: [host, "", ""], path: ["/", key, "", ""] },
            Style::Path | Style::VirtualHosted => Place { host: [host, "", ""], path: ["/", bucket, "/", key] },
        }
    }
}

/// Whether a bucket's name is one label of a host name ([RFC 1123 section 2.1](https://www.rfc-editor.org/rfc/rfc1123#section-2)),
/// and so covered by the certificate of `*.storage.googleapis.com`.
fn is_label(bucket: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&bucket.len())
        && bucket.bytes().all(allowed)
        && !bucket.starts_with('-')
        && !bucket.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_that_no_certificate_covers_stays_in_the_path() {
        let address = Address::virtual_hosted(Origin::https("storage.googleapis.com"));
        assert_eq!(address.place("data-1", "k").host.concat(), "data-1.storage.googleapis.com");
        for bucket in ["my.data", "my_data", "-data", "data-", "Data", "a:b", "$a"] {
            let place = address.place(bucket, "k");
            assert_eq!(place.host.concat(), "storage.googleapis.com", "{bucket}");
            assert_eq!(place.path.concat(), format!("/{bucket}/k"));
        }
    }
}
