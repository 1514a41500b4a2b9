//! A link that a rule grants, exactly as a request would get it; only `check_exists` is left out.

use presign_core::Timestamp;

use super::{Failure, Link};
use crate::{
    cli::caller::Stance,
    gateway::Wanted,
    plan::{Obstacle, Plan},
    rules::Refusal,
    snapshot::Snapshot,
};

pub(super) async fn sign(
    snapshot: &Snapshot,
    stance: &Stance,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Link, Failure> {
    let refused = |obstacle: Obstacle| {
        let needs_somebody = matches!(&obstacle, Obstacle::Rule(Refusal::NotAllowed)) && !stance.is_somebody();
        let failure = Failure::from(obstacle);
        if needs_somebody {
            failure.with_advice("say who it is for with --as user=…,company=…,role=…")
        } else {
            failure
        }
    };
    let spellings = snapshot.endpoints.spellings(&wanted.location);
    let found = snapshot.rules.find(&spellings, &wanted.location).ok_or(Obstacle::NoRule)?;
    let mut plan = Plan::make(snapshot, found, &stance.principal(), wanted, now).map_err(refused)?;
    plan.ensure_credential().await.map_err(Obstacle::from)?;
    let (backend, rule) = (plan.grant.backend().to_owned(), plan.grant.rule().name().to_owned());
    let (url, _) = plan.sign().await?;
    Ok(Link { url, backend, rule: Some(rule) })
}
