//! Which host and path lead to an object.

use presign_core::Origin;

use crate::AddressingStyle;

/// How links are made of an origin, a bucket and a key.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    origin: Origin,
    style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Path,
    /// In the host, or in the path where the name cannot stand in a host.
    VirtualHosted,
    /// In the host, or not at all.
    VirtualHostedOnly,
}

/// Host and path of an object's link, literal and in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) host: [&'a str; 3],
    pub(crate) path: [&'a str; 4],
}

impl Address {
    /// At AWS.
    pub(crate) const fn aws(origin: Origin, style: AddressingStyle) -> Self {
        let style = match style {
            AddressingStyle::Auto | AddressingStyle::Virtual => Style::VirtualHosted,
            AddressingStyle::Path => Style::Path,
        };
        Self { origin, style }
    }

    /// At AWS's accelerated host.
    pub(crate) const fn accelerated(origin: Origin) -> Self {
        Self { origin, style: Style::VirtualHostedOnly }
    }

    /// At a store that is not AWS.
    pub(crate) const fn custom(origin: Origin, style: AddressingStyle) -> Self {
        let style = match style {
            AddressingStyle::Virtual => Style::VirtualHosted,
            AddressingStyle::Auto | AddressingStyle::Path => Style::Path,
        };
        Self { origin, style }
    }

    /// `https` or `http`.
    pub(crate) const fn scheme(&self) -> &'static str {
        self.origin.scheme()
    }

    /// Where an object's link points to; `None` when this bucket cannot be reached here.
    pub(crate) fn place<'a>(&'a self, bucket: &'a str, key: &'a str) -> Option<Place<'a>> {
        let host = self.origin.authority();
        let in_host = self.style != Style::Path && self.can_stand_in_host(bucket);
        match self.style {
            _ if in_host => Some(Place { host: [bucket, ".", host], path: ["/", key, "", ""] }),
            Style::VirtualHostedOnly => None,
            Style::Path | Style::VirtualHosted => Some(Place { host: [host, "", ""], path: ["/", bucket, "/", key] }),
        }
    }

    /// Host and path of the bucket itself, always in the path: the host without a bucket answers for every region.
    pub(crate) fn bucket(&self, bucket: &str) -> (String, String) {
        (self.origin.authority().to_owned(), format!("/{bucket}"))
    }

    /// Whether a bucket's name can be the first part of a host
    /// ([naming rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)). With https, a name
    /// with dots cannot: no certificate covers it.
    fn can_stand_in_host(&self, bucket: &str) -> bool {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
        };
        (3..=63).contains(&bucket.len())
            && bucket.split('.').all(is_label)
            && !(self.origin.is_https() && bucket.contains('.'))
            && bucket.parse::<std::net::Ipv4Addr>().is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(address: &Address, bucket: &str) -> String {
        let place = address.place(bucket, "k").unwrap();
        format!("{}{}", place.host.concat(), place.path.concat())
    }

    #[test]
    fn at_aws_a_bucket_that_no_certificate_covers_stays_in_the_path() {
        let aws = Address::aws(Origin::https("s3.eu-west-1.amazonaws.com"), AddressingStyle::Auto);
        assert_eq!(link(&aws, "data-1"), "data-1.s3.eu-west-1.amazonaws.com/k");
        for bucket in ["my.data", "my_data", "-data", "data-", "Data", "a:b", "$ab", "ab", &"a".repeat(64)] {
            assert_eq!(link(&aws, bucket), format!("s3.eu-west-1.amazonaws.com/{bucket}/k"));
        }
    }

    #[test]
    fn elsewhere_the_bucket_stands_in_the_path_unless_the_configuration_says_otherwise() {
        let origin = || Origin::parse("http://store:9000").unwrap();
        assert_eq!(link(&Address::custom(origin(), AddressingStyle::Auto), "data"), "store:9000/data/k");
        assert_eq!(link(&Address::custom(origin(), AddressingStyle::Virtual), "data"), "data.store:9000/k");
        assert_eq!(link(&Address::custom(origin(), AddressingStyle::Virtual), "my.data"), "my.data.store:9000/k");
        assert_eq!(link(&Address::custom(origin(), AddressingStyle::Virtual), "10.0.0.1"), "store:9000/10.0.0.1/k");
    }

    #[test]
    fn an_accelerated_host_has_no_path_style_to_fall_back_to() {
        let fast = Address::accelerated(Origin::https("s3-accelerate.amazonaws.com"));
        assert_eq!(link(&fast, "data"), "data.s3-accelerate.amazonaws.com/k");
        assert_eq!(fast.place("my.data", "k"), None);
    }
}
