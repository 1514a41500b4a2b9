//! Why a caller gets a link or does not: every step of a request, told instead of taken. Signs nothing and asks nobody.

mod life;
mod text;

use presign_core::{ObjectLocation, Operation, Timestamp};
use serde::Serialize;

pub use life::{End, Life};

use crate::{
    auth::Principal,
    gateway::Wanted,
    plan::{Obstacle, Plan},
    refusal::Refusal,
    request::InvalidRequest,
    rules::{self, Verdict},
    snapshot::Snapshot,
    storage_url::{InvalidStorageUrl, StorageUrl},
    web::{Code, Problem},
};

/// What the gateway makes of one URL, for one caller. Displayed, it is for people; serialized, for programs.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The URL as it was given.
    pub url: String,
    /// What is asked for.
    pub operation: Operation,
    /// For whom.
    pub caller: Caller,
    /// When, in RFC 3339.
    pub at: String,
    /// The object; `None` when the URL names none.
    pub object: Option<Object>,
    /// What each rule says, in their order.
    pub rules: Vec<RuleVerdict>,
    /// What comes of it.
    pub decision: Decision,
    /// What would be signed; `None` when nothing would.
    pub link: Option<LinkPlan>,
}

/// A caller.
#[derive(Debug, Clone, Serialize)]
pub struct Caller {
    /// The user's id.
    pub user: String,
    /// The company's id.
    pub company: String,
    /// The role.
    pub role: String,
}

/// How a URL was read.
#[derive(Debug, Clone, Serialize)]
pub struct Object {
    /// `s3`, `gs`, `azure` or `local`.
    pub scheme: &'static str,
    /// The endpoint, where the URL names one.
    pub endpoint: Option<String>,
    /// The bucket.
    pub bucket: String,
    /// The key, literal.
    pub key: String,
    /// The URLs that rules are matched against.
    pub spellings: Vec<String>,
}

/// What a rule makes of the object.
#[derive(Debug, Clone, Serialize)]
pub struct RuleVerdict {
    /// The rule.
    pub rule: String,
    /// `matches`, `comes_later` (an earlier rule decides) or `differs`.
    pub verdict: &'static str,
    /// Where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What comes of it.
#[derive(Debug, Clone, Serialize)]
pub struct Decision {
    /// Whether there would be a link.
    pub granted: bool,
    /// The code that a refused caller is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// Why not: more than a caller is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A link that would be signed.
#[derive(Debug, Clone, Serialize)]
pub struct LinkPlan {
    /// The rule that grants it.
    pub rule: String,
    /// The backend that signs it.
    pub backend: String,
    /// The object after the rule's `rewrite`.
    pub location: String,
    /// Its life.
    pub life: Life,
    /// The response headers that are signed.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the store is asked first whether the object is there.
    pub check_exists: bool,
    /// What the signature covers; never the signature. `None` where the backend does not tell.
    pub string_to_sign: Option<String>,
}

/// Goes through all steps of a request.
#[must_use]
pub fn explain(
    snapshot: &Snapshot,
    url: &str,
    principal: &Principal,
    operation: Operation,
    now: Timestamp,
) -> Explanation {
    let Principal { user, company, role, .. } = principal.clone();
    let mut explanation = Explanation {
        url: url.to_owned(),
        operation,
        caller: Caller { user, company, role },
        at: now.to_string(),
        object: None,
        rules: Vec::new(),
        decision: Decision { granted: true, code: None, reason: None },
        link: None,
    };
    match locate(snapshot, url) {
        Ok(location) => explanation.consider(snapshot, location, principal, now),
        Err(error) => explanation.decision = Decision::refused(error.to_string(), &InvalidRequest::from(error).into()),
    }
    explanation
}

/// The object that a storage URL names.
pub(crate) fn locate(snapshot: &Snapshot, url: &str) -> Result<ObjectLocation, InvalidStorageUrl> {
    snapshot.endpoints.resolve(&StorageUrl::parse(url)?)
}

impl Explanation {
    fn consider(&mut self, snapshot: &Snapshot, location: ObjectLocation, principal: &Principal, now: Timestamp) {
        let spellings = snapshot.endpoints.spellings(&location);
        self.rules = snapshot.rules.explain(&spellings, &location).into_iter().map(RuleVerdict::from).collect();
        let wanted = Wanted::new(self.operation, location);
        // Not what `rules` holds, but what a request would find: the two are computed apart.
        let found = snapshot.rules.find(&spellings, &wanted.location).ok_or(Obstacle::NoRule);
        match found.and_then(|found| Plan::make(snapshot, found, principal, &wanted, now)) {
            Ok(plan) => self.measure(&plan),
            Err(obstacle) => self.decision = Decision::of(obstacle),
        }
        self.object = Some(Object::new(&wanted.location, spellings));
    }

    fn measure(&mut self, plan: &Plan<'_>) {
        let life = plan.life();
        let string_to_sign = life.ok().and_then(|life| plan.signer.string_to_sign(&plan.request(life)));
        let headers = [
            ("content-disposition", &plan.overrides.content_disposition),
            ("content-type", &plan.overrides.content_type),
            ("cache-control", &plan.overrides.cache_control),
        ];
        self.link = Some(LinkPlan {
            rule: plan.grant.rule().name().to_owned(),
            backend: plan.grant.backend().to_owned(),
            location: plan.grant.location().to_string(),
            life: Life::new(&plan.inputs, life),
            headers: headers.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect(),
            check_exists: plan.grant.rule().check_exists() && self.operation.is_read(),
            string_to_sign,
        });
        if let Err(error) = life {
            self.decision = Decision::of(error.into());
        }
    }
}

impl Object {
    fn new(location: &ObjectLocation, spellings: Vec<String>) -> Self {
        Self {
            scheme: location.scheme().as_str(),
            endpoint: location.endpoint().map(str::to_owned),
            bucket: location.bucket().to_owned(),
            key: location.key().to_string(),
            spellings,
        }
    }
}

impl Decision {
    fn of(obstacle: Obstacle) -> Self {
        Self::refused(obstacle.to_string(), &obstacle.into())
    }

    fn refused(reason: String, refusal: &Refusal) -> Self {
        Self { granted: false, code: Some(Problem::of(refusal).code), reason: Some(reason) }
    }
}

impl From<rules::Explanation<'_>> for RuleVerdict {
    fn from(explanation: rules::Explanation<'_>) -> Self {
        let (verdict, reason) = match explanation.verdict {
            Verdict::Matches => ("matches", None),
            Verdict::ComesLater => ("comes_later", None),
            Verdict::Differs(reason) => ("differs", Some(reason)),
        };
        Self { rule: explanation.rule.name().to_owned(), verdict, reason }
    }
}
