//! `presign-gateway serve`.

use std::{io, sync::Arc};

use tracing_subscriber::EnvFilter;

use super::{Outcome, Streams, error::CliError, setting::Setting};

/// The variable that says what is logged, such as `warn` or `presign_gateway=debug`.
const LOG_VARIABLE: &str = "RUST_LOG";

#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(super) struct Arguments {
    /// How the log, on standard error, is written. What is logged, `RUST_LOG` says.
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

pub(super) async fn run(
    arguments: &Arguments,
    setting: Setting,
    streams: &mut Streams<'_>,
) -> Result<Outcome, CliError> {
    start_log(arguments.log_format, setting.environment.variable(LOG_VARIABLE).as_deref());
    let Setting { registry, environment, source } = setting;
    crate::serve::serve(source, registry, Arc::clone(&environment), streams.output).await?;
    Ok(Outcome::Fine)
}

fn start_log(format: LogFormat, directives: Option<&str>) {
    let filter = EnvFilter::builder().parse_lossy(directives.unwrap_or("info"));
    let log = tracing_subscriber::fmt().with_writer(io::stderr).with_env_filter(filter);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}
