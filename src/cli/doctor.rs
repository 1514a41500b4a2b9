//! `presign-gateway doctor`: `check --online`, under the name that people look for.

use super::{Outcome, Streams, check, error::CliError, setting::Setting};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {}

pub(super) async fn run(_: &Arguments, setting: &Setting, streams: &mut Streams<'_>) -> Result<Outcome, CliError> {
    check::run(&check::Arguments::ONLINE, setting, streams).await
}
