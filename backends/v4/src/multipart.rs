//! Uploads in parts, which [S3](https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html) and
//! [Google's XML API](https://cloud.google.com/storage/docs/xml-api/post-object-multipart) spell alike: the parameters
//! and texts of each step.

use std::{borrow::Cow, fmt::Write};

use presign_core::{FinishedPart, PartLimits, Step};

use crate::Written;

/// What both accept.
pub const PART_LIMITS: PartLimits =
    PartLimits { min_bytes: 5 * 1024 * 1024, max_bytes: 5 * 1024 * 1024 * 1024, max_parts: 10_000 };

/// A step's request, as far as it differs from that for the whole object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepForm<'a> {
    /// The method.
    pub method: &'static str,
    /// The parameters.
    pub query: Vec<(&'static str, Cow<'a, str>)>,
    /// The body; a part's own bytes are not here.
    pub body: String,
}

impl<'a> StepForm<'a> {
    /// The request of a step.
    #[must_use]
    pub fn of(step: Step<'a>) -> Self {
        let upload = |id: &'a str| ("uploadId", Cow::Borrowed(id));
        let (method, query, body) = match step {
            Step::Create => ("POST", vec![("uploads", Cow::Borrowed(""))], String::new()),
            Step::Part { upload_id, number } => {
                ("PUT", vec![("partNumber", Cow::Owned(number.to_string())), upload(upload_id)], String::new())
            }
            Step::Complete { upload_id, parts } => ("POST", vec![upload(upload_id)], list(parts)),
            Step::Abort { upload_id } => ("DELETE", vec![upload(upload_id)], String::new()),
        };
        Self { method, query, body }
    }
}

/// What a step's signature insists on: the object's type is said at the start, a part's length with the part.
#[must_use]
pub fn written(whole: Written, step: Step<'_>) -> Written {
    match step {
        Step::Create => whole.of_whole(),
        Step::Part { .. } => whole.of_part(),
        Step::Complete { .. } | Step::Abort { .. } => Written::default(),
    }
}

/// `CompleteMultipartUpload`.
fn list(parts: &[FinishedPart]) -> String {
    let mut text = String::from("<CompleteMultipartUpload>");
    for part in parts {
        let etag = escape(&part.etag);
        // Writing to a `String` cannot fail.
        let _ = write!(text, "<Part><PartNumber>{}</PartNumber><ETag>{etag}</ETag></Part>", part.number);
    }
    text.push_str("</CompleteMultipartUpload>");
    text
}

/// The id in an `InitiateMultipartUploadResult`.
#[must_use]
pub fn upload_id(answer: &str) -> Option<String> {
    let (_, rest) = answer.split_once("<UploadId>")?;
    let (id, _) = rest.split_once("</UploadId>")?;
    let id = unescape(id.trim());
    (!id.is_empty()).then_some(id)
}

/// Whether an answer is a `CompleteMultipartUploadResult`, and not the `Error` that may come with the same status.
#[must_use]
pub fn is_completed(answer: &str) -> bool {
    answer.contains("CompleteMultipartUploadResult") && !answer.contains("<Error>")
}

/// Text as XML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// XML as text, for the characters that an id may have.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_found_in_the_answer() {
        let answer = "<?xml version=\"1.0\"?>\n<InitiateMultipartUploadResult xmlns=\"x\"><Bucket>b</Bucket>\
                      <UploadId>a.b_c-d~e&amp;f==</UploadId></InitiateMultipartUploadResult>";
        assert_eq!(upload_id(answer).as_deref(), Some("a.b_c-d~e&f=="));
        for other in ["", "<Error/>", "<UploadId></UploadId>", "<UploadId>x"] {
            assert_eq!(upload_id(other), None, "{other}");
        }
    }

    #[test]
    fn parts_are_listed_with_their_tags() {
        let part = |number, etag: &str| FinishedPart { number, etag: etag.to_owned() };
        let parts = [part(1, "\"a&b\""), part(2, "c")];
        let form = StepForm::of(Step::Complete { upload_id: "id", parts: &parts });
        assert_eq!((form.method, form.query), ("POST", vec![("uploadId", "id".into())]));
        assert_eq!(
            form.body,
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;a&amp;b&quot;</ETag></Part>\
             <Part><PartNumber>2</PartNumber><ETag>c</ETag></Part></CompleteMultipartUpload>"
        );
    }

    #[test]
    fn success_that_turns_out_an_error_is_none() {
        assert!(is_completed("\n <CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"));
        assert!(!is_completed("<?xml?>\n<Error><Code>InternalError</Code></Error>"));
        assert!(!is_completed(""));
    }
}
