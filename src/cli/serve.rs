//! `presign-gateway serve`.

use std::{io, sync::Arc};

use tracing_subscriber::EnvFilter;

use super::{Outcome, Streams, error::CliError, setting::Setting};
use crate::config::{LogConfig, LogFormat};

/// The variable that says what is logged, such as `warn` or `presign_gateway=debug`.
const LOG_VARIABLE: &str = "RUST_LOG";

#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(super) struct Arguments {
    /// How the log, on standard error, is written; by default as `log.format` says. What is logged, `log.level` says, or
    /// `RUST_LOG`.
    #[arg(long, value_enum)]
    log_format: Option<LogFormat>,
}

pub(super) async fn run(
    arguments: &Arguments,
    setting: Setting,
    streams: &mut Streams<'_>,
) -> Result<Outcome, CliError> {
    let Setting { registry, environment, source } = setting;
    let (format, directives) = (arguments.log_format, environment.variable(LOG_VARIABLE));
    let start_log = |config: &LogConfig| {
        start_log(format.unwrap_or(config.format), directives.as_deref().unwrap_or(config.level.name()));
    };
    crate::serve::serve(source, registry, Arc::clone(&environment), streams.output, start_log).await?;
    Ok(Outcome::Fine)
}

fn start_log(format: LogFormat, directives: &str) {
    let filter = EnvFilter::builder().parse_lossy(directives);
    let log = tracing_subscriber::fmt().with_writer(io::stderr).with_env_filter(filter);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}
