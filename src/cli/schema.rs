//! `presign-gateway schema`.

use super::{Outcome, Streams, error::CliError, setting::Setting};
use crate::{audit, config};

/// How a schema is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Format {
    /// For programs: JSON Schema.
    #[default]
    Json,
    /// For people: a page of all fields.
    Markdown,
}

#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Arguments {
    /// How it is printed.
    #[arg(long, value_enum, default_value_t, conflicts_with = "audit")]
    format: Format,
    /// Print that of audit records instead.
    #[arg(long)]
    audit: bool,
}

pub(super) fn run(arguments: Arguments, setting: &Setting, streams: &mut Streams<'_>) -> Result<Outcome, CliError> {
    let schema = if arguments.audit { audit::schema() } else { config::schema(&setting.registry) };
    match arguments.format {
        Format::Json => writeln!(streams.output, "{}", serde_json::to_string_pretty(&schema)?)?,
        Format::Markdown => write!(streams.output, "{}", config::reference(&schema))?,
    }
    Ok(Outcome::Fine)
}
