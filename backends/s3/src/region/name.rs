//! Names of regions, and the domains they lie in.

/// A region of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region<'a>(&'a str);

/// Regions whose names start so lie under this domain; all others under `amazonaws.com`
/// ([AWS partitions](https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html)).
const DOMAINS: [(&str, &str); 6] = [
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov"),
];

/// The regions that are open to everybody
/// ([list](https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html)): those whose hosts a URL
/// may name when the configuration names no region.
pub(crate) const KNOWN: [&str; 34] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
];

impl<'a> Region<'a> {
    /// Reads a region's name: words and a number, joined by `-`.
    ///
    /// # Errors
    /// When the name has another shape.
    pub(crate) fn parse(name: &'a str) -> Result<Self, String> {
        let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_number = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        match name.rsplit_once('-') {
            Some((words, number)) if words.contains('-') && words.split('-').all(is_word) && is_number(number) => {
                Ok(Self(name))
            }
            _ => Err(format!(
                "'{name}' is not a region of AWS, such as eu-west-1; for a store that is not AWS, set `endpoint`"
            )),
        }
    }

    /// A name that was read before.
    pub(crate) const fn checked(name: &'a str) -> Self {
        Self(name)
    }

    pub(crate) const fn name(self) -> &'a str {
        self.0
    }

    /// The domain that the region's hosts lie in.
    pub(crate) fn domain(self) -> &'static str {
        DOMAINS.iter().find(|(prefix, _)| self.0.starts_with(prefix)).map_or("amazonaws.com", |(_, domain)| domain)
    }

    /// What stands after `arn:` in the names of its resources.
    pub(crate) fn partition(self) -> &'static str {
        let named = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("eusc-", "aws-eusc"),
            ("us-iso-", "aws-iso"),
            ("us-isob-", "aws-iso-b"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-isof-", "aws-iso-f"),
        ];
        named.iter().find(|(prefix, _)| self.0.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
    }

    /// Whether the region lies in China.
    pub(crate) fn is_chinese(self) -> bool {
        self.0.starts_with("cn-")
    }
}

/// Checks a region's name for a store that is not AWS: it goes into the credential scope, between slashes.
///
/// # Errors
/// When the name has a character that would break the scope.
pub(crate) fn check_elsewhere(name: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(format!("'{name}' is not a region: write the one that the store is set to, mostly us-east-1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_domain() {
        for (name, domain) in [
            ("us-east-1", "amazonaws.com"),
            ("us-gov-west-1", "amazonaws.com"),
            ("mx-central-1", "amazonaws.com"),
            ("cn-northwest-1", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
            ("us-iso-east-1", "c2s.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("eu-isoe-west-1", "cloud.adc-e.uk"),
            ("us-isof-south-1", "csp.hci.ic.gov"),
        ] {
            assert_eq!(Region::parse(name).unwrap().domain(), domain, "{name}");
        }
    }

    #[test]
    fn what_is_no_region_is_refused() {
        for name in ["", "auto", "EU", "eu-west", "eu-west-", "eu-west-1a", "US-EAST-1", "evil.com/-a-1", "a-1", "-a-1"]
        {
            assert!(Region::parse(name).is_err(), "{name}");
        }
        for name in ["", "a/b", "a b", "é"] {
            assert!(check_elsewhere(name).is_err(), "{name}");
        }
        for name in ["us-east-1", "garage", "auto", "RegionOne"] {
            assert_eq!(check_elsewhere(name), Ok(()), "{name}");
        }
    }
}
