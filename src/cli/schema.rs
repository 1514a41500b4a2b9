//! `presign-gateway schema`.

use super::{Outcome, Streams, error::CliError, setting::Setting};
use crate::{audit, config};

#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Arguments {
    /// Print that of audit records instead.
    #[arg(long)]
    audit: bool,
}

pub(super) fn run(arguments: Arguments, setting: &Setting, streams: &mut Streams<'_>) -> Result<Outcome, CliError> {
    let schema = if arguments.audit { audit::schema() } else { config::schema(&setting.registry) };
    writeln!(streams.output, "{}", serde_json::to_string_pretty(&schema)?)?;
    Ok(Outcome::Fine)
}
