//! Whether what a configuration names can be reached from here, and lets the gateway in.

use std::{collections::BTreeSet, fmt, time::Duration};

use http::header;
use presign_core::{
    ExpiresIn, ObjectKey, ObjectLocation, Operation, Scheme, SignError, SignRequest, Signer, Timestamp,
};

use crate::{
    needs::needs,
    snapshot::{Snapshot, sign},
};

/// No object is likely to have this key: whether the store lets us look for it is the question.
const PROBE: &str = "presign-gateway/check";
/// The life of the link that asks, in seconds.
const LIFE: u64 = 60;
/// Stores refuse signatures of a clock that is off by a quarter of an hour; this much is worth mending before.
const SKEW: Duration = Duration::from_mins(1);

/// What was found out about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What was looked at.
    pub subject: String,
    /// Whether it is as it should be.
    pub fine: bool,
    /// What it is, and what to do.
    pub detail: String,
}

impl Observation {
    pub(crate) fn new(subject: impl Into<String>, fine: bool, detail: impl Into<String>) -> Self {
        Self { subject: subject.into(), fine, detail: detail.into() }
    }
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.fine { "fine" } else { "NOT FINE" };
        write!(f, "{}: {word}: {}", self.subject, self.detail)
    }
}

/// Asks every backend for its credential, and its store for one object in each bucket that the rules name. `client` must
/// not follow redirects.
pub async fn observe(snapshot: &Snapshot, client: &reqwest::Client, now: Timestamp) -> Vec<Observation> {
    let mut found = Vec::new();
    for (name, signer) in snapshot.backends() {
        let subject = format!("backend {name}");
        match signer.renew(now.plus(Duration::from_mins(15))).await {
            Ok(credential) => {
                let detail = credential.expires_at.map_or_else(
                    || "there is a credential".to_owned(),
                    |end| format!("there is a credential, until {end}"),
                );
                found.push(Observation::new(&subject, true, detail));
                for location in probes(snapshot, name, signer.as_ref()) {
                    found.push(probe(signer.as_ref(), &location, client, now, &subject).await);
                }
            }
            Err(error) => found.push(Observation::new(subject, false, error.to_string())),
        }
    }
    found
}

/// An object in each bucket that rules name and that the backend serves.
fn probes(snapshot: &Snapshot, backend: &str, signer: &dyn Signer) -> Vec<ObjectLocation> {
    let buckets: BTreeSet<String> = needs(&snapshot.config, backend)
        .into_iter()
        .map(|need| need.bucket)
        .filter(|bucket| !bucket.contains(['*', '?']))
        .collect();
    let mut names: Vec<Option<String>> =
        signer.endpoints().iter().map(presign_core::Endpoint::location_endpoint).collect();
    names.push(None);
    let locate = |bucket: &String| {
        let schemes = [Scheme::S3, Scheme::Gs, Scheme::Azure, Scheme::Local];
        let mut spelled = schemes.iter().flat_map(|scheme| names.iter().map(move |name| (*scheme, name.clone())));
        spelled.find_map(|(scheme, name)| {
            let key = ObjectKey::parse(PROBE).ok()?;
            ObjectLocation::new(scheme, name, bucket, key).ok().filter(|location| signer.claims(location))
        })
    };
    buckets.iter().filter_map(locate).collect()
}

async fn probe(
    signer: &dyn Signer,
    location: &ObjectLocation,
    client: &reqwest::Client,
    now: Timestamp,
    backend: &str,
) -> Observation {
    let subject = format!("{backend}, bucket {}", location.bucket());
    match ask(signer, location, client, now).await {
        Ok(answer) => judge(subject, &answer, now),
        Err(error) => Observation::new(subject, false, error.to_string()),
    }
}

async fn ask(
    signer: &dyn Signer,
    location: &ObjectLocation,
    client: &reqwest::Client,
    now: Timestamp,
) -> Result<reqwest::Response, SignError> {
    let life = ExpiresIn::from_seconds(LIFE).map_err(|error| SignError::Internal(error.to_string()))?;
    let request = SignRequest::new(Operation::Head, location, now, life).for_gateway();
    let link = sign(signer, &request).await?;
    client.head(link.expose()).send().await.map_err(|error| SignError::Unavailable {
        message: format!("the store cannot be reached: {}", error.without_url()),
        retry_after: None,
    })
}

fn judge(subject: String, answer: &reqwest::Response, now: Timestamp) -> Observation {
    if let Some(skew) = skew(answer, now) {
        let detail = format!("the store's clock and this one are {} s apart: mend the clock", skew.as_secs());
        return Observation::new(subject, false, detail);
    }
    let (fine, detail) = match answer.status().as_u16() {
        200..=299 | 404 => (true, "the store takes our signature"),
        403 => (
            false,
            "the store answers 403: the key is wrong or revoked, or may not read here; or it may read but not list, \
             which looks the same for an object that is not there: compare 'presign-gateway policy'",
        ),
        301 | 307 | 400 => (false, "the store answers as for another region or endpoint: look at both"),
        status => return Observation::new(subject, false, format!("the store answers {status} to a HEAD request")),
    };
    Observation::new(subject, fine, detail)
}

fn skew(answer: &reqwest::Response, now: Timestamp) -> Option<Duration> {
    let date = answer.headers().get(header::DATE)?.to_str().ok()?;
    let seconds = httpdate::parse_http_date(date).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    let told = Timestamp::from_unix(i64::try_from(seconds).ok()?);
    Some(now.until(told).max(told.until(now))).filter(|skew| *skew > SKEW)
}
