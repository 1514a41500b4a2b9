//! What a store's answer tells of a bucket's region: pure.

/// What a store's answer tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// The bucket lies there.
    Region(String),
    /// There is no such bucket.
    NoBucket,
    /// Nothing.
    Nothing,
}

/// Reads the answer to a `HEAD` of a bucket that nobody signed: AWS names the region whatever the status
/// ([`HeadBucket`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html)).
pub(crate) fn by_header(status: u16, header: Option<&str>) -> Told {
    match header {
        Some(region) if !region.is_empty() => Told::Region(spelled_today(region)),
        _ if status == 404 => Told::NoBucket,
        _ => Told::Nothing,
    }
}

/// Reads a refusal: a store that wants another region says so with 301 or 400
/// ([`AuthorizationHeaderMalformed`](https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)).
pub(crate) fn by_refusal(status: u16, body: &str) -> Told {
    match element(body, "Region") {
        Some(region) if matches!(status, 301 | 307 | 400) && !region.is_empty() => Told::Region(spelled_today(region)),
        _ => Told::Nothing,
    }
}

/// Reads the answer to
/// [`GetBucketLocation`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html), or its refusal.
pub(crate) fn by_location(status: u16, body: &str) -> Told {
    match (status, element(body, "LocationConstraint")) {
        (200, Some("")) => Told::Region("us-east-1".to_owned()),
        (200, Some(region)) => Told::Region(spelled_today(region)),
        (404, _) => Told::NoBucket,
        _ => by_refusal(status, body),
    }
}

/// The oldest buckets of Europe have a region from before there was more than one.
fn spelled_today(region: &str) -> String {
    let today = match region {
        "EU" => "eu-west-1",
        "US" => "us-east-1",
        other => other,
    };
    today.to_owned()
}

/// The text of an XML element without children; empty for `<name/>`.
fn element<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = body;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        let Some(attributes) = after.strip_prefix(name) else { continue };
        if !attributes.starts_with(['>', '/', ' ']) {
            continue;
        }
        let (tag, content) = attributes.split_once('>')?;
        return if tag.ends_with('/') { Some("") } else { content.split('<').next().map(str::trim) };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> Told {
        Told::Region(name.to_owned())
    }

    #[test]
    fn the_header_tells_with_any_status() {
        for status in [200, 301, 400, 403] {
            assert_eq!(by_header(status, Some("eu-central-1")), region("eu-central-1"));
        }
        assert_eq!(by_header(404, None), Told::NoBucket);
        assert_eq!(by_header(403, None), Told::Nothing);
        assert_eq!(by_header(403, Some("")), Told::Nothing);
    }

    #[test]
    fn old_spellings_are_read() {
        let answer = |text: &str| {
            by_location(
                200,
                &format!("<?xml version=\"1.0\"?>\n<LocationConstraint xmlns=\"x\">{text}</LocationConstraint>"),
            )
        };
        assert_eq!(answer("EU"), region("eu-west-1"));
        assert_eq!(answer("ap-south-1"), region("ap-south-1"));
        assert_eq!(answer(""), region("us-east-1"));
        assert_eq!(by_location(200, "<LocationConstraint xmlns=\"x\"/>"), region("us-east-1"));
        assert_eq!(by_header(301, Some("EU")), region("eu-west-1"));
    }

    #[test]
    fn a_refusal_tells_and_nothing_else_does() {
        let body =
            "<Error><Code>AuthorizationHeaderMalformed</Code><RegionX>no</RegionX><Region>eu-west-3</Region></Error>";
        assert_eq!(by_location(400, body), region("eu-west-3"));
        assert_eq!(by_refusal(301, body), region("eu-west-3"));
        assert_eq!(by_refusal(403, body), Told::Nothing);
        assert_eq!(by_location(404, "<Error/>"), Told::NoBucket);
        for garbage in ["", "<", "<Region", "<Region/>", "<LocationConstraint"] {
            assert_eq!(by_location(400, garbage), Told::Nothing, "{garbage}");
        }
    }
}
