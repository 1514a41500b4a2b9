//! A link on the operator's own authority: no rule is asked, and the backend still signs only what is its own.

use presign_core::{
    ExpiresIn, InvalidExpiresIn, ResponseOverrides, SignError, SignRequest, Signer, Timestamp, disposition,
};

use super::{Failure, Link};
use crate::{
    gateway::Wanted,
    plan::Obstacle,
    snapshot::{self, Snapshot},
};

pub(super) async fn sign(snapshot: &Snapshot, backend: &str, wanted: &Wanted, now: Timestamp) -> Result<Link, Failure> {
    let served = snapshot.backend(backend).filter(|signer| signer.claims(&wanted.location));
    let signer = served.ok_or_else(|| {
        let message = format!("{} is not of the backend {backend}", wanted.location);
        Obstacle::Signer(SignError::NotServed(message))
    })?;
    let life = life(snapshot, signer.as_ref(), wanted)
        .map_err(|error| Obstacle::Signer(SignError::Internal(error.to_string())))?;
    let life = within_credential(signer.as_ref(), life, now).await.map_err(Obstacle::from)?;
    let overrides = overrides(wanted);
    let request = SignRequest::new(wanted.operation, &wanted.location, now, life).with_overrides(&overrides);
    let url = snapshot::sign(signer.as_ref(), &request).await.map_err(Obstacle::from)?;
    Ok(Link { url, backend: backend.to_owned(), rule: None })
}

/// What was asked for or the configuration's default, as far as the store accepts it.
fn life(snapshot: &Snapshot, signer: &dyn Signer, wanted: &Wanted) -> Result<ExpiresIn, InvalidExpiresIn> {
    let default = || ExpiresIn::from_seconds(snapshot.config.signing.default_ttl.0.as_secs());
    let wish = wanted.expires_in.map_or_else(default, Ok)?;
    Ok(wish.min(signer.longest_life()))
}

/// As much of the life as the best credential to be had will last.
async fn within_credential(signer: &dyn Signer, life: ExpiresIn, now: Timestamp) -> Result<ExpiresIn, SignError> {
    let needed_until = now.expires(life);
    let credential = match signer.credential() {
        Some(credential) if credential.lasts_until(needed_until) => return Ok(life),
        _ => signer.renew(needed_until).await?,
    };
    let Some(end) = credential.expires_at else { return Ok(life) };
    let ended = |_| SignError::Credentials(format!("the credential ended at {end}"));
    ExpiresIn::from_seconds(now.until(end).as_secs()).map(|left| left.min(life)).map_err(ended)
}

fn overrides(wanted: &Wanted) -> ResponseOverrides {
    let name = wanted.download.as_deref().filter(|_| wanted.operation.is_read());
    let own_name = wanted.location.key().file_name();
    let content_disposition = name.map(|name| disposition::attachment(if name.is_empty() { own_name } else { name }));
    ResponseOverrides { content_disposition, ..ResponseOverrides::default() }
}
