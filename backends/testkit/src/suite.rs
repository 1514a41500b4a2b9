//! What a suite is told, and how it is run.

use std::{fmt, sync::Arc};

use presign_core::{
    ExpiresIn, ObjectKey, ObjectLocation, Operation, SignError, SignRequest, SignedUrl, Signer, Timestamp,
};

use crate::{
    Difference, agreement, attribution, credential, difference, findings::Findings, multipart, one_link, refusal,
    secrecy,
};

type LocationOf = Box<dyn Fn(ObjectKey) -> ObjectLocation + Send + Sync>;
type KeyFromPath = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;
type IsRefused = Box<dyn Fn(&ObjectKey) -> bool + Send + Sync>;

/// A signer, and what the suite has to know about it.
pub struct Suite {
    pub(crate) signer: Arc<dyn Signer>,
    pub(crate) twin: Option<Arc<dyn Signer>>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) hosts: Vec<String>,
    pub(crate) secrets: Vec<String>,
    pub(crate) tokens: Vec<String>,
    pub(crate) exempt: Vec<Difference>,
    pub(crate) foreign: Vec<ObjectLocation>,
    pub(crate) signed_at: Timestamp,
    pub(crate) signature_parameter: Option<String>,
    pub(crate) key_from_path: Option<KeyFromPath>,
    location_of: LocationOf,
    is_refused: IsRefused,
}

impl Suite {
    /// A suite for a signer, and for the locations that it serves: one bucket, any key.
    ///
    /// Without more it expects `GET` and `HEAD`, and signs at 2013-05-24T00:00:00Z.
    #[must_use]
    pub fn new(
        signer: Arc<dyn Signer>,
        location_of: impl Fn(ObjectKey) -> ObjectLocation + Send + Sync + 'static,
    ) -> Self {
        Self {
            signer,
            twin: None,
            operations: vec![Operation::Get, Operation::Head],
            hosts: Vec::new(),
            secrets: Vec::new(),
            tokens: Vec::new(),
            exempt: Vec::new(),
            foreign: Vec::new(),
            signed_at: Timestamp::from_unix(1_369_353_600),
            signature_parameter: None,
            key_from_path: None,
            location_of: Box::new(location_of),
            is_refused: Box::new(|_| false),
        }
    }

    /// Another signer of the same configuration, as a second gateway has it: its links have to be the same.
    #[must_use]
    pub fn twin(mut self, twin: Arc<dyn Signer>) -> Self {
        self.twin = Some(twin);
        self
    }

    /// The operations that the signer signs; it has to refuse all others. Pass `Backend::OPERATIONS`.
    #[must_use]
    pub fn operations(mut self, operations: &[Operation]) -> Self {
        self.operations = operations.to_vec();
        self
    }

    /// Every `host` or `host:port` that a URL of this signer may name. At least one is needed.
    #[must_use]
    pub fn hosts<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.hosts.extend(hosts.into_iter().map(Into::into));
        self
    }

    /// Texts that may show nowhere, not even in a URL: secret keys, private keys.
    #[must_use]
    pub fn secrets<S: Into<String>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.secrets.extend(secrets.into_iter().map(Into::into));
        self
    }

    /// Texts that stand in URLs and may show nowhere else: session tokens, ready-made signatures.
    #[must_use]
    pub fn tokens<S: Into<String>>(mut self, tokens: impl IntoIterator<Item = S>) -> Self {
        self.tokens.extend(tokens.into_iter().map(Into::into));
        self
    }

    /// Differences that the store's signature does not cover; say why beside the call.
    #[must_use]
    pub fn exempt(mut self, differences: impl IntoIterator<Item = Difference>) -> Self {
        self.exempt.extend(differences);
        self
    }

    /// More locations that the signer has to refuse. Other schemes and an unknown endpoint are always tried.
    #[must_use]
    pub fn foreign(mut self, locations: impl IntoIterator<Item = ObjectLocation>) -> Self {
        self.foreign.extend(locations);
        self
    }

    /// Another time to sign at, for a credential that is not valid in 2013.
    #[must_use]
    pub fn signed_at(mut self, time: Timestamp) -> Self {
        self.signed_at = time;
        self
    }

    /// The query parameter that holds the signature, where its name is neither `sig` nor ends in `signature`.
    #[must_use]
    pub fn signature_parameter(mut self, name: impl Into<String>) -> Self {
        self.signature_parameter = Some(name.into());
        self
    }

    /// How to find the (encoded) key in a URL's path. Without it, it is what follows the part that all paths share.
    #[must_use]
    pub fn key_from_path(mut self, find: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.key_from_path = Some(Box::new(find));
        self
    }

    /// Keys that the store cannot hold: the signer has to refuse them as [`SignError::NotServed`].
    #[must_use]
    pub fn refused_keys(mut self, is_refused: impl Fn(&ObjectKey) -> bool + Send + Sync + 'static) -> Self {
        self.is_refused = Box::new(is_refused);
        self
    }

    /// Runs every check.
    ///
    /// # Panics
    /// When the signer breaks the contract, with one sentence for each key and promise.
    pub async fn run(&self) {
        const SHOWN: usize = 20;
        let sentences = self.violations().await;
        let shown: Vec<_> = sentences.iter().take(SHOWN).map(String::as_str).collect();
        assert!(
            sentences.is_empty(),
            "the signer breaks its contract in {} places:\n{}",
            sentences.len(),
            shown.join("\n")
        );
    }

    /// Runs every check, and returns one sentence for each broken promise. None of them repeats a URL.
    pub async fn violations(&self) -> Vec<String> {
        let mut findings = Findings::default();
        let kept = !self.hosts.is_empty() && !self.operations.is_empty();
        findings.expect(kept, || "the suite needs .hosts([…]) and at least one operation to check against".into());
        one_link::check(self, &mut findings).await;
        difference::check(self, &mut findings).await;
        refusal::check(self, &mut findings).await;
        agreement::check(self, &mut findings).await;
        attribution::check(self, &mut findings).await;
        credential::check(self, &mut findings).await;
        multipart::check(self, &mut findings).await;
        secrecy::check_signer(self, &mut findings).await;
        findings.into_sentences()
    }

    pub(crate) fn location(&self, key: &ObjectKey) -> ObjectLocation {
        (self.location_of)(key.clone())
    }

    pub(crate) fn is_refused(&self, key: &ObjectKey) -> bool {
        (self.is_refused)(key)
    }

    /// A link for a quarter of an hour, or less where the signer's links live shorter.
    pub(crate) fn request<'a>(&self, operation: Operation, location: &'a ObjectLocation) -> SignRequest<'a> {
        let life = ExpiresIn::from_seconds(900).unwrap_or(ExpiresIn::MAX).min(self.signer.longest_life());
        SignRequest::new(operation, location, self.signed_at, life)
    }

    /// The operation that most checks are made with.
    pub(crate) fn operation(&self) -> Operation {
        self.operations.first().copied().unwrap_or(Operation::Get)
    }

    pub(crate) fn is_exempt(&self, difference: Difference) -> bool {
        self.exempt.contains(&difference)
    }

    pub(crate) async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.signer.sign(request).await
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suite")
            .field("operations", &self.operations)
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}
