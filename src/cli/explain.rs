//! `presign-gateway explain`.

use presign_core::Operation;

use super::{Outcome, Streams, arguments::operation, caller::Stance, error::CliError, setting::Setting};

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
    let explanation = crate::explain::explain(&snapshot, url, &stance.principal(), *method, now);
    if *json {
        writeln!(streams.output, "{}", serde_json::to_string_pretty(&explanation)?)?;
    } else {
        write!(streams.output, "{explanation}")?;
    }
    Ok(Outcome::Fine)
}
