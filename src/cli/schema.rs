//! `presign-gateway schema`.

use super::{Outcome, Streams, error::CliError, setting::Setting};
use crate::config;

pub(super) fn run(setting: &Setting, streams: &mut Streams<'_>) -> Result<Outcome, CliError> {
    let schema = serde_json::to_string_pretty(&config::schema(&setting.registry))?;
    writeln!(streams.output, "{schema}")?;
    Ok(Outcome::Fine)
}
