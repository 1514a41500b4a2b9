//! The suite's own proof: it passes a signer that keeps the contract, and catches each way of breaking it.

#![cfg(test)]

use std::{
    collections::hash_map::DefaultHasher,
    fmt::{self, Write as _},
    hash::{Hash, Hasher},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use presign_core::{
    CredentialInfo, ObjectKey, ObjectLocation, Scheme, SignError, SignRequest, SignedUrl, Signer, Timestamp, encode,
};
use presign_testkit::{Difference, Suite};

const SECRET: &str = "correct-horse-battery-staple";

/// A way of breaking the contract that some signer out there has, or had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    DropsOverrides,
    LeavesOverridesUnsigned,
    JoinsOverridesWithoutNames,
    MergesSlashes,
    DropsTheLeadingSlash,
    DecodesTheKey,
    WritesPlusForSpace,
    LeavesTheKeyUnencoded,
    EncodesTwice,
    SignsHeadAsGet,
    IgnoresTheKey,
    IgnoresTheBucket,
    IgnoresTheLife,
    SaysAnotherEnd,
    KeepsTheFirstDay,
    AddsACounter,
    DisagreesWithItself,
    SignsEveryOperation,
    ClaimsEverything,
    NamesOtherBuckets,
    SignsWhatItDoesNotClaim,
    TakesTheHostFromTheLocation,
    ShowsTheSecretInDebug,
    ShowsTheSecretInAnError,
    ShowsTheSecretInTheUrl,
    ShowsTheSignature,
    RepeatsAParameter,
    SignsNothing,
    DropsTheAttribution,
    LeavesTheAttributionUnencoded,
    RefusesAttribution,
    HasNoCredentialAfterRenewal,
    SignsOtherwiseThanItsTwin,
}

use Defect::{
    AddsACounter, ClaimsEverything, DecodesTheKey, DisagreesWithItself, DropsOverrides, DropsTheAttribution,
    DropsTheLeadingSlash, EncodesTwice, HasNoCredentialAfterRenewal, IgnoresTheBucket, IgnoresTheKey, IgnoresTheLife,
    JoinsOverridesWithoutNames, KeepsTheFirstDay, LeavesOverridesUnsigned, LeavesTheAttributionUnencoded,
    LeavesTheKeyUnencoded, MergesSlashes, NamesOtherBuckets, RefusesAttribution, RepeatsAParameter, SaysAnotherEnd,
    ShowsTheSecretInAnError, ShowsTheSecretInDebug, ShowsTheSecretInTheUrl, ShowsTheSignature, SignsEveryOperation,
    SignsHeadAsGet, SignsNothing, SignsOtherwiseThanItsTwin, SignsWhatItDoesNotClaim, TakesTheHostFromTheLocation,
    WritesPlusForSpace,
};

/// A signer for `s3://any-bucket/key` whose signature is a mere hash: enough for the contract, no use to anyone.
struct Toy {
    defect: Option<Defect>,
    counter: AtomicU64,
    first_day: AtomicU64,
}

impl Toy {
    fn new(defect: Option<Defect>) -> Arc<Self> {
        Arc::new(Self { defect, counter: AtomicU64::new(0), first_day: AtomicU64::new(0) })
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    fn path(&self, location: &ObjectLocation) -> String {
        let key = location.key().as_str();
        let key = match self.defect {
            Some(MergesSlashes) => encode::path(&key.replace("//", "/")),
            Some(DropsTheLeadingSlash) => encode::path(key.strip_prefix('/').unwrap_or(key)),
            Some(DecodesTheKey) => encode::path(&encode::decode(key).unwrap_or_else(|| key.into())),
            Some(WritesPlusForSpace) => encode::path(key).replace("%20", "+"),
            Some(LeavesTheKeyUnencoded) => key.to_owned(),
            Some(EncodesTwice) => encode::path(&encode::path(key)),
            _ => encode::path(key),
        };
        format!("/{}/{key}", location.bucket())
    }

    fn overrides(&self, request: &SignRequest<'_>) -> Vec<(&'static str, String)> {
        let overrides = request.overrides;
        [
            ("type", &overrides.content_type),
            ("disposition", &overrides.content_disposition),
            ("cache", &overrides.cache_control),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.clone().map(|value| (name, value)))
        .filter(|_| !self.has(DropsOverrides))
        .collect()
    }

    fn signature(&self, request: &SignRequest<'_>) -> String {
        let mut hasher = DefaultHasher::new();
        (SECRET, request.signed_at.unix()).hash(&mut hasher);
        if !(self.has(SignsHeadAsGet) && request.operation.is_read()) {
            request.operation.hash(&mut hasher);
        }
        if !self.has(IgnoresTheKey) {
            request.location.key().hash(&mut hasher);
        }
        if !self.has(IgnoresTheBucket) {
            request.location.bucket().hash(&mut hasher);
        }
        if !self.has(IgnoresTheLife) {
            request.expires_in.hash(&mut hasher);
        }
        for (name, value) in self.overrides(request) {
            match self.defect {
                Some(LeavesOverridesUnsigned) => {}
                Some(JoinsOverridesWithoutNames) => value.hash(&mut hasher),
                _ => (name, value).hash(&mut hasher),
            }
        }
        if !self.has(DropsTheAttribution) {
            request.attribution.hash(&mut hasher);
        }
        if self.has(SignsOtherwiseThanItsTwin) {
            (std::ptr::from_ref(self) as usize).hash(&mut hasher);
        }
        if self.has(KeepsTheFirstDay) {
            let day = request.signed_at.day().unsigned_abs();
            let _ = self.first_day.compare_exchange(0, day, Ordering::Relaxed, Ordering::Relaxed);
            (self.first_day.load(Ordering::Relaxed) == day).hash(&mut hasher);
            self.first_day.store(day, Ordering::Relaxed);
        }
        format!("{:016x}", hasher.finish())
    }

    fn url(&self, request: &SignRequest<'_>) -> String {
        let host = match request.location.endpoint() {
            Some(endpoint) if self.has(TakesTheHostFromTheLocation) => endpoint,
            _ => "store.example",
        };
        let (path, time, life) = (self.path(request.location), request.signed_at.unix(), request.expires_in.seconds());
        let mut url = format!("https://{host}{path}?time={time}&life={life}");
        for (name, value) in self.overrides(request) {
            let _ = write!(url, "&{name}={}", encode::query(&value));
        }
        if let Some(name) = request.attribution.filter(|_| !self.has(DropsTheAttribution)) {
            let name = if self.has(LeavesTheAttributionUnencoded) { name.to_owned() } else { encode::query(name) };
            let _ = write!(url, "&by={name}");
        }
        match self.defect {
            Some(AddsACounter) => {
                let _ = write!(url, "&n={}", self.counter.fetch_add(1, Ordering::Relaxed));
            }
            Some(ShowsTheSecretInTheUrl) => {
                let _ = write!(url, "&key={SECRET}");
            }
            Some(RepeatsAParameter) => url.push_str("&life=1"),
            _ => {}
        }
        if !self.has(SignsNothing) {
            let _ = write!(url, "&signature={}", self.signature(request));
        }
        url
    }

    fn refuse(&self, request: &SignRequest<'_>) -> Option<SignError> {
        let supported = request.operation.is_read() || self.has(SignsEveryOperation);
        if !supported {
            return Some(SignError::Unsupported(request.operation));
        }
        if self.has(RefusesAttribution) && request.attribution.is_some() {
            return Some(SignError::UnsupportedAttribution);
        }
        if !self.claims(request.location) && !self.has(SignsWhatItDoesNotClaim) {
            let shown = if self.has(ShowsTheSecretInAnError) { SECRET } else { "" };
            return Some(SignError::NotServed(format!("{} {shown}", request.location)));
        }
        None
    }
}

impl fmt::Debug for Toy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.has(ShowsTheSecretInDebug) { SECRET } else { "Toy" })
    }
}

#[async_trait]
impl Signer for Toy {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        let mut outcome = match self.refuse(request) {
            Some(error) => Err(error),
            None => Ok(SignedUrl::new(self.url(request), request.operation, request.expires_at())),
        };
        if self.has(DisagreesWithItself)
            && let Ok(signed) = outcome
        {
            outcome = Ok(SignedUrl::new(signed.into_exposed() + "&now=1", request.operation, request.expires_at()));
        }
        Some(outcome)
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        if let Some(error) = self.refuse(request) {
            return Err(error);
        }
        let expires_at = if self.has(SaysAnotherEnd) { Timestamp::from_unix(0) } else { request.expires_at() };
        Ok(SignedUrl::new(self.url(request), request.operation, expires_at))
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        let lax = self.has(ClaimsEverything) || self.has(TakesTheHostFromTheLocation);
        lax || (location.scheme() == Scheme::S3 && location.endpoint().is_none())
    }

    fn buckets(&self) -> &[String] {
        static OTHERS: LazyLock<[String; 1]> = LazyLock::new(|| ["others".to_owned()]);
        if self.has(NamesOtherBuckets) { &*OTHERS } else { &[] }
    }

    fn attributes(&self) -> bool {
        true
    }

    fn credential(&self) -> Option<CredentialInfo> {
        (!self.has(HasNoCredentialAfterRenewal)).then_some(CredentialInfo::PERMANENT)
    }

    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        Some(if self.has(ShowsTheSignature) { self.signature(request) } else { request.location.to_string() })
    }
}

fn location(key: ObjectKey) -> ObjectLocation {
    ObjectLocation::new(Scheme::S3, None, "bucket", key).unwrap()
}

fn suite(defect: Option<Defect>) -> Suite {
    Suite::new(Toy::new(defect), location).twin(Toy::new(defect)).hosts(["store.example"]).secrets([SECRET])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_that_keeps_the_contract_passes() {
    suite(None).run().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_signer_is_caught_and_the_sentence_says_how() {
    for (defect, sentence) in [
        (DropsOverrides, "the URL does not hold"),
        (LeavesOverridesUnsigned, "a content type has the same signature as the first request"),
        (JoinsOverridesWithoutNames, "a content disposition has the same signature as a content type"),
        (MergesSlashes, r#"GET "a//b": the path decodes to the key "a/b""#),
        (DropsTheLeadingSlash, r#"GET "/a": the path decodes to the key "a""#),
        (DecodesTheKey, r#"GET "a%20b": the path decodes to the key "a b""#),
        (WritesPlusForSpace, r#"GET "a b": the path has '+' unencoded"#),
        (LeavesTheKeyUnencoded, r#"GET "a#b": the URL has a fragment"#),
        (EncodesTwice, r#"GET "a b": the path decodes to the key "a%20b""#),
        (SignsHeadAsGet, "HEAD has the same signature as the first request"),
        (IgnoresTheKey, "has the same signature as the key"),
        (IgnoresTheBucket, "another bucket has the same signature"),
        (IgnoresTheLife, "a shorter life has the same signature"),
        (SaysAnotherEnd, "the link says that it ends at 1970-01-01T00:00:00Z, not at 2013-05-24T00:15:00Z"),
        (KeepsTheFirstDay, "signed again after other requests, the URL is another"),
        (AddsACounter, "signed again, the URL is another"),
        (DisagreesWithItself, "sign and sign_now disagree"),
        (SignsEveryOperation, "PUT s3://bucket/dir/file.txt: is signed instead of refused as Unsupported"),
        (ClaimsEverything, "gs://bucket/dir/file.txt: the signer claims a foreign location"),
        (NamesOtherBuckets, "s3://bucket/dir/file.txt: is claimed, and its bucket is not among the signer's"),
        (SignsWhatItDoesNotClaim, "GET gs://bucket/dir/file.txt: is signed instead of refused as NotServed"),
        (TakesTheHostFromTheLocation, "s3://foreign.invalid:1/bucket/dir/file.txt: is signed instead of refused"),
        (ShowsTheSecretInDebug, "Debug of the signer shows a secret"),
        (ShowsTheSecretInAnError, "the error shows a secret"),
        (ShowsTheSecretInTheUrl, "the URL shows a secret"),
        (ShowsTheSignature, "the string to sign shows a secret or the signature"),
        (RepeatsAParameter, r#"the URL has the parameter "life" twice"#),
        (SignsNothing, "the URL has no signature"),
        (DropsTheAttribution, r#"attributed to "alice": has the signature of another link"#),
        (LeavesTheAttributionUnencoded, "attributed to \"x#?/\": the URL"),
        (RefusesAttribution, r#"attributed to "alice": is not signed"#),
        (HasNoCredentialAfterRenewal, "after renew, credential says something else"),
        (SignsOtherwiseThanItsTwin, "a second signer of the same configuration signs it otherwise"),
    ] {
        let violations = suite(Some(defect)).violations().await;
        assert!(violations.iter().any(|found| found.contains(sentence)), "{defect:?}: {violations:#?}");
        assert!(!violations.concat().contains(SECRET), "{defect:?} shows the secret in the report itself");
    }
}

#[tokio::test]
#[should_panic(expected = "the signer breaks its contract")]
async fn a_broken_signer_fails_the_run() {
    suite(Some(MergesSlashes)).run().await;
}

#[tokio::test]
async fn a_host_that_is_not_named_is_refused() {
    let violations = Suite::new(Toy::new(None), location).hosts(["other.example"]).violations().await;
    assert!(violations.concat().contains(r#"the URL leads to "store.example""#));
    let violations = Suite::new(Toy::new(None), location).violations().await;
    assert!(violations.concat().contains("the suite needs .hosts"));
}

#[tokio::test]
async fn an_exemption_excuses_what_it_names_and_nothing_else() {
    let exempt = |defect| suite(Some(defect)).exempt([Difference::GetAgainstHead]);
    assert_eq!(exempt(SignsHeadAsGet).violations().await, Vec::<String>::new());
    assert_ne!(exempt(IgnoresTheLife).violations().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_signer_that_is_exempt_from_overrides_has_to_refuse_them() {
    let violations = suite(None).exempt([Difference::Overrides]).violations().await;
    assert!(violations.concat().contains("a content type is not refused"), "{violations:?}");
}

#[tokio::test]
async fn a_key_that_the_store_cannot_hold_has_to_be_refused() {
    let violations = suite(None).refused_keys(|key| key.as_str().contains("//")).violations().await;
    assert!(violations.concat().contains(r#"GET "a//b": the store cannot hold the key"#), "{violations:?}");
}

#[tokio::test]
async fn the_place_of_the_key_and_the_signature_can_be_told() {
    let told = suite(None)
        .key_from_path(|path| path.strip_prefix("/bucket/").map(ToOwned::to_owned))
        .signature_parameter("signature");
    assert_eq!(told.violations().await, Vec::<String>::new());
    let wrong = suite(None).key_from_path(|_| None).violations().await;
    assert!(wrong.concat().contains("the path has no place for the key"));
}
