//! Whether stores and token services let the gateway in, and what stores tell the app's pages.

use std::{collections::BTreeSet, time::Duration};

use presign_core::{
    ExpiresIn, ObjectKey, ObjectLocation, Operation, Scheme, SignError, SignRequest, Signer, Timestamp,
};

use super::{Observation, State, cors, skew::skew};
use crate::{
    needs::needs,
    snapshot::{Snapshot, sign},
};

/// No object is likely to have this key: whether the store lets us look for it is the question.
const PROBE: &str = "presign-gateway/check";
/// The life of the link that asks, in seconds.
const LIFE: u64 = 60;
/// Asks every backend for its credential, and its store for one object in each bucket that the rules name, also as a
/// page of the app would. `client` must not follow redirects.
pub async fn observe(snapshot: &Snapshot, client: &reqwest::Client, now: Timestamp) -> Vec<Observation> {
    let mut found = Vec::new();
    let origins = cors::app_origins(&snapshot.config.server);
    for (name, signer) in snapshot.backends() {
        let subject = format!("backend {name}");
        match signer.renew(now.plus(Duration::from_mins(15))).await {
            Ok(credential) => {
                let detail = credential.expires_at.map_or_else(
                    || "there is a credential".to_owned(),
                    |end| format!("there is a credential, until {end}"),
                );
                found.push(Observation::new(&subject, State::Fine, detail));
                for location in probes(snapshot, name, signer.as_ref()) {
                    let observation = probe(signer.as_ref(), &location, client, now, &subject).await;
                    let is_fine = observation.is_fine();
                    found.push(observation);
                    if is_fine {
                        found.extend(pages(signer.as_ref(), &location, client, now, &subject, &origins).await);
                    }
                }
            }
            Err(error) => found.push(Observation::new(subject, State::Wrong, error.to_string())),
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
    match ask(signer, location, client, now, None).await {
        Ok(answer) => judge(subject, &answer, now),
        Err(error) => Observation::new(subject, State::Wrong, error.to_string()),
    }
}

/// What the store lets the pages of each origin read.
async fn pages(
    signer: &dyn Signer,
    location: &ObjectLocation,
    client: &reqwest::Client,
    now: Timestamp,
    backend: &str,
    origins: &[String],
) -> Vec<Observation> {
    let mut found = Vec::new();
    for origin in origins {
        let subject = format!("{backend}, bucket {}, pages of {origin}", location.bucket());
        if let Ok(answer) = ask(signer, location, client, now, Some(origin)).await {
            found.push(cors::judge(subject, &answer, location, origin));
        }
    }
    found
}

/// Asks for an object's head; on behalf of a page, for the object, of which nothing is read.
async fn ask(
    signer: &dyn Signer,
    location: &ObjectLocation,
    client: &reqwest::Client,
    now: Timestamp,
    origin: Option<&str>,
) -> Result<reqwest::Response, SignError> {
    let life = ExpiresIn::from_seconds(LIFE).map_err(|error| SignError::Internal(error.to_string()))?;
    let operation = if origin.is_some() { Operation::Get } else { Operation::Head };
    let link = sign(signer, &SignRequest::new(operation, location, now, life).for_gateway()).await?;
    let request = match origin {
        Some(origin) => client.get(link.expose()).header(http::header::ORIGIN, origin),
        None => client.head(link.expose()),
    };
    request.send().await.map_err(|error| SignError::Unavailable {
        message: format!("the store cannot be reached: {}", error.without_url()),
        retry_after: None,
    })
}

fn judge(subject: String, answer: &reqwest::Response, now: Timestamp) -> Observation {
    if let Some(skew) = skew(answer, now) {
        let detail = format!("the store's clock and this one are {} s apart: mend the clock", skew.as_secs());
        return Observation::new(subject, State::Wrong, detail);
    }
    let (state, detail) = match answer.status().as_u16() {
        200..=299 | 404 => (State::Fine, "the store takes our signature"),
        403 => (
            State::Wrong,
            "the store answers 403: the key is wrong or revoked, or may not read here; or it may read but not list, \
             which looks the same for an object that is not there: compare 'presign-gateway policy'",
        ),
        301 | 307 | 400 => (State::Wrong, "the store answers as for another region or endpoint: look at both"),
        status => {
            return Observation::new(subject, State::Wrong, format!("the store answers {status} to a HEAD request"));
        }
    };
    Observation::new(subject, state, detail)
}
