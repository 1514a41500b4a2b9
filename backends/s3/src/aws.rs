//! AWS's own hosts ([endpoints and quotas](https://docs.aws.amazon.com/general/latest/gr/s3.html)).

use presign_core::Problem;

use crate::{AddressingStyle, Config, region::Region};

/// Which of a region's hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flavour {
    pub(crate) dualstack: bool,
    pub(crate) fips: bool,
    pub(crate) accelerate: bool,
}

impl Flavour {
    /// Reads the flags, which AWS has not in every combination.
    ///
    /// # Errors
    /// Each combination that AWS does not have.
    pub(crate) fn of(config: &Config, region: Option<Region<'_>>) -> Result<Self, Vec<Problem>> {
        let Config { dualstack, fips, accelerate, addressing_style, .. } = *config;
        let chinese = region.is_some_and(Region::is_chinese);
        let refused = [
            (
                fips && accelerate,
                "accelerate",
                "there is no accelerated host with FIPS: take one of `accelerate` and `fips`",
            ),
            (fips && chinese, "fips", "there are no FIPS hosts in China: leave it out"),
            (accelerate && chinese, "accelerate", "there is no Transfer Acceleration in China: leave it out"),
            (
                accelerate && addressing_style == AddressingStyle::Path,
                "accelerate",
                "an accelerated host needs the bucket in front of it: leave `addressing_style: path` out",
            ),
        ];
        let problems: Vec<_> = refused
            .into_iter()
            .filter(|(applies, ..)| *applies)
            .map(|(_, field, message)| Problem { field: field.to_owned(), message: message.to_owned() })
            .collect();
        if problems.is_empty() { Ok(Self { dualstack, fips, accelerate }) } else { Err(problems) }
    }

    /// The host, without a bucket.
    pub(crate) fn host(self, region: Region<'_>) -> String {
        let (name, domain) = (region.name(), region.domain());
        let dualstack = if self.dualstack { ".dualstack" } else { "" };
        if self.accelerate {
            return format!("s3-accelerate{dualstack}.{domain}");
        }
        let fips = if self.fips { "-fips" } else { "" };
        format!("s3{fips}{dualstack}.{name}.{domain}")
    }
}

/// Every host under which a URL may name a bucket of this region.
pub(crate) fn hosts(region: Region<'_>) -> Vec<String> {
    let flavour = |dualstack, fips, accelerate| Flavour { dualstack, fips, accelerate }.host(region);
    let (name, domain) = (region.name(), region.domain());
    let mut hosts = vec![flavour(false, false, false), flavour(true, false, false)];
    if !region.is_chinese() {
        hosts.extend([flavour(false, true, false), flavour(true, true, false)]);
        hosts.extend([flavour(false, false, true), flavour(true, false, true)]);
        // As AWS wrote it before 2019.
        hosts.push(format!("s3-{name}.{domain}"));
    }
    if name == "us-east-1" {
        hosts.push(format!("s3.{domain}"));
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn us_east_1_has_the_host_without_a_region_too() {
        let hosts_of = |name| hosts(Region::parse(name).unwrap());
        assert!(hosts_of("us-east-1").contains(&"s3.amazonaws.com".to_owned()));
        assert!(!hosts_of("eu-west-1").contains(&"s3.amazonaws.com".to_owned()));
        assert_eq!(
            hosts_of("cn-north-1"),
            ["s3.cn-north-1.amazonaws.com.cn", "s3.dualstack.cn-north-1.amazonaws.com.cn"]
        );
    }
}
