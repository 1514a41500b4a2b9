//! The suite's proof for uploads in parts: it passes a signer that keeps the contract, and catches those that do not.

#![cfg(test)]

use std::sync::Arc;

use async_trait::async_trait;
use presign_core::{
    Multipart, ObjectLocation, Operation, PartLimits, Scheme, SignError, SignRequest, SignedStep, SignedUrl, Signer,
    Step, encode,
};
use presign_testkit::Suite;

const SECRET: &str = "correct-horse-battery-staple";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    IgnoresTheNumber,
    IgnoresTheUpload,
    LosesTheKey,
    SignsWhatItDoesNotClaim,
    ShowsTheSecret,
    HasNoParts,
}

use Defect::{HasNoParts, IgnoresTheNumber, IgnoresTheUpload, LosesTheKey, ShowsTheSecret, SignsWhatItDoesNotClaim};

#[derive(Debug)]
struct Toy(Option<Defect>);

impl Toy {
    fn link(&self, request: &SignRequest<'_>, query: &str) -> Result<SignedUrl, SignError> {
        if !self.claims(request.location) && self.0 != Some(SignsWhatItDoesNotClaim) {
            return Err(SignError::NotServed(String::new()));
        }
        let lost = self.0 == Some(LosesTheKey) && !query.is_empty();
        let path = if lost { "x".to_owned() } else { encode::path(request.location.key().as_str()) };
        let (bucket, time, life) = (request.location.bucket(), request.signed_at.unix(), request.expires_in.seconds());
        let operation = request.operation;
        let url = format!("https://store.example/{bucket}/{path}?time={time}&life={life}{query}");
        let signature = url
            .bytes()
            .chain(operation.method().bytes())
            .fold(7_u64, |sum, byte| sum.wrapping_mul(1_099_511_628_211).wrapping_add(u64::from(byte)));
        let url = format!("{url}&signature={signature:x}");
        Ok(SignedUrl::new(url, operation, request.expires_at()))
    }
}

#[async_trait]
impl Signer for Toy {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        if request.attribution.is_some() {
            return Some(Err(SignError::UnsupportedAttribution));
        }
        Some(if request.overrides.is_empty() {
            self.link(request, "")
        } else {
            Err(SignError::UnsupportedOverride("any"))
        })
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.sign_now(request).unwrap()
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        location.scheme() == Scheme::S3 && location.endpoint().is_none()
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        Some(self)
    }
}

#[async_trait]
impl Multipart for Toy {
    fn limits(&self) -> PartLimits {
        PartLimits { min_bytes: 1, max_bytes: 2, max_parts: u32::from(self.0 != Some(HasNoParts)) }
    }

    async fn sign_step(&self, request: &SignRequest<'_>, step: Step<'_>) -> Result<Option<SignedStep>, SignError> {
        let upload = |id: &str| if self.0 == Some(IgnoresTheUpload) { String::new() } else { encode::query(id) };
        let number = |number: u32| if self.0 == Some(IgnoresTheNumber) { 1 } else { number };
        let (method, query) = match step {
            Step::Create => ("POST", "&uploads=".to_owned()),
            Step::Part { upload_id, number: n } => ("PUT", format!("&upload={}&part={}", upload(upload_id), number(n))),
            Step::Complete { upload_id, .. } => ("POST", format!("&upload={}", upload(upload_id))),
            Step::Abort { upload_id } => ("DELETE", format!("&upload={}", upload(upload_id))),
        };
        let query = if self.0 == Some(ShowsTheSecret) { format!("{query}&key={SECRET}") } else { query };
        Ok(Some(SignedStep { method, url: self.link(request, &query)?, body: String::new() }))
    }

    fn upload_id(&self, _answer: &str) -> Option<String> {
        None
    }

    fn is_completed(&self, _answer: &str) -> bool {
        true
    }
}

fn suite(defect: Option<Defect>) -> Suite {
    let location = |key| ObjectLocation::new(Scheme::S3, None, "bucket", key).unwrap();
    let foreign = location(presign_core::ObjectKey::parse("k").unwrap()).with_endpoint(Some("other:1".to_owned()));
    Suite::new(Arc::new(Toy(defect)), location)
        .operations(&Operation::ALL)
        .hosts(["store.example"])
        .secrets([SECRET])
        .exempt([presign_testkit::Difference::Overrides])
        .foreign([foreign])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_that_keeps_the_contract_passes() {
    suite(None).run().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_signer_is_caught_and_the_sentence_says_how() {
    for (defect, sentence) in [
        (IgnoresTheNumber, "the same request as Part"),
        (IgnoresTheUpload, "the same request as Complete"),
        (LosesTheKey, "the path decodes to the key \"x\""),
        (SignsWhatItDoesNotClaim, "Create s3://other:1/bucket/k: is signed instead of refused as NotServed"),
        (ShowsTheSecret, "the URL shows a secret"),
        (HasNoParts, "leave no upload"),
    ] {
        let violations = suite(Some(defect)).violations().await;
        assert!(violations.iter().any(|found| found.contains(sentence)), "{defect:?}: {violations:#?}");
    }
}
