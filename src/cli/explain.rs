//! `presign-gateway explain`.

use futures::future::join_all;
use presign_core::{Operation, Timestamp};

use super::{Outcome, Streams, arguments::operation, caller::Stance, error::CliError, setting::Setting};
use crate::snapshot::Snapshot;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A storage URL, such as `s3://bucket/key`.
    #[arg(value_name = "URL")]
    url: String,
    #[command(flatten)]
    stance: Stance,
    /// What is asked for: GET, HEAD, PUT or DELETE.
    #[arg(long, value_name = "METHOD", value_parser = operation, default_value = "GET")]
    method: Operation,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(
    arguments: &Arguments,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<Outcome, CliError> {
    let Arguments { url, stance, method, json } = arguments;
    let text = setting.text()?;
    let clock = stance.clock();
    let now = clock.now();
    let snapshot = setting.snapshot(&text, clock).await?;
    fetch_credentials(&snapshot, now).await;
    let explanation = crate::explain::explain(&snapshot, url, &stance.principal(), *method, now);
    if *json {
        writeln!(streams.output, "{}", serde_json::to_string_pretty(&explanation)?)?;
    } else {
        write!(streams.output, "{explanation}")?;
    }
    Ok(Outcome::Fine)
}

/// What is signed names the credential, so one that is not at hand is fetched. Where there is none, all else is told.
async fn fetch_credentials(snapshot: &Snapshot, now: Timestamp) {
    let missing = snapshot.backends().filter(|(_, signer)| signer.credential().is_none());
    join_all(missing.map(|(_, signer)| signer.renew(now))).await;
}
