//! One link that was asked for, and what became of it: what the audit record tells.

use std::{fmt::Display, net::IpAddr};

use presign_core::{ObjectLocation, Operation, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::{admitted::Admitted, auth::Principal, gateway::Link, metrics::Outcome, refusal::Refusal, snapshot::Route};

/// A request, as far as it is known before it is understood.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'r> {
    /// The request's id, which the answer names.
    pub request_id: &'r str,
    /// The client's address: behind proxies that are trusted, the one that they saw.
    pub client: Option<IpAddr>,
    /// The position in a list of links, from 0.
    pub item: Option<usize>,
}

/// A value that is written as it is displayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<T>(pub T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A link that was issued or refused. Holds no token, no signature and no link.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Record<'r> {
    /// When it was decided (RFC 3339, UTC).
    #[schemars(with = "String")]
    pub time: Shown<Timestamp>,
    /// The request, as `X-Request-Id` of the answer names it.
    pub request_id: &'r str,
    /// The position in the list of a `POST /v1/presign`, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<usize>,
    /// The client's address: behind `server.trusted_proxies`, the one that they saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub client: Option<Shown<IpAddr>>,
    /// The user's id; not there when the caller is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'r str>,
    /// The id of the user's company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<&'r str>,
    /// The user's role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'r str>,
    /// What the link was to allow: `get`, `head`, `put` or `delete`; `none` when that could not be read.
    pub operation: &'static str,
    /// The storage URL that was asked for; not there when the request names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub url: Option<Shown<&'r ObjectLocation>>,
    /// The bucket (Azure: the container) that the link leads to, after the rule's rewrite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<&'r str>,
    /// The key (Azure: the blob's name) that the link leads to, after the rule's rewrite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'r str>,
    /// The rule that matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'r str>,
    /// The rule's backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<&'r str>,
    /// `signed`, or why not: the same words as in `presign_requests_total`.
    #[schemars(schema_with = "outcomes")]
    pub outcome: &'static str,
    /// When the link ends (RFC 3339, UTC); only of a link that was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Shown<Timestamp>>,
    /// Why it was refused, in more words than the caller was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'r str>,
}

/// Who asked for what, as far as it was found out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'r> {
    pub(crate) asking: Asking<'r>,
    pub(crate) operation: Option<Operation>,
    pub(crate) location: Option<&'r ObjectLocation>,
    pub(crate) caller: Option<&'r Principal>,
    pub(crate) route: Option<&'r Route>,
}

/// What was granted: a link, or something that the gateway itself does.
pub(crate) trait Granted {
    /// Where the object really lies, when that is not where the caller said.
    fn opened(&self) -> Option<&ObjectLocation>;

    /// When it ends, if it is a link.
    fn expires_at(&self) -> Option<Timestamp>;
}

impl Granted for Link {
    fn opened(&self) -> Option<&ObjectLocation> {
        self.rewritten.as_ref()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Granted for Admitted {
    fn opened(&self) -> Option<&ObjectLocation> {
        Some(&self.location)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
}

impl<'r> Record<'r> {
    /// Of a decision.
    pub(crate) fn new<T: Granted>(asked: Asked<'r>, decision: Result<&'r T, &'r Refusal>, time: Timestamp) -> Self {
        match decision {
            Ok(granted) => Self {
                outcome: Outcome::Signed.label(),
                expires_at: granted.expires_at().map(Shown),
                ..Self::of(asked, granted.opened(), time)
            },
            Err(refusal) => Self::refused(asked, refusal, time),
        }
    }

    /// Of a refusal.
    pub(crate) fn refused(asked: Asked<'r>, refusal: &'r Refusal, time: Timestamp) -> Self {
        let (outcome, reason) = (refusal.outcome().label(), Some(refusal.reason()));
        Self { outcome, reason, ..Self::of(asked, None, time) }
    }

    fn of(asked: Asked<'r>, opened: Option<&'r ObjectLocation>, time: Timestamp) -> Self {
        let Asked { asking, operation, location, caller, route } = asked;
        let opened = opened.or(location);
        Self {
            time: Shown(time),
            request_id: asking.request_id,
            item: asking.item,
            client: asking.client.map(Shown),
            user: caller.map(|caller| caller.user.as_str()),
            company: caller.map(|caller| caller.company.as_str()).filter(|company| !company.is_empty()),
            role: caller.map(|caller| caller.role.as_str()),
            operation: operation.map_or("none", Operation::label),
            url: location.map(Shown),
            bucket: opened.map(ObjectLocation::bucket),
            key: opened.map(|location| location.key().as_str()),
            rule: route.and_then(|route| route.rule.to_str().ok()),
            backend: route.and_then(|route| route.backend.to_str().ok()),
            outcome: "",
            expires_at: None,
            reason: None,
        }
    }
}

fn outcomes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": Outcome::ALL.map(Outcome::label)})
}
