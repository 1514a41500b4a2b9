//! `presign-gateway serve`.

use std::{
    io::{self, IsTerminal},
    sync::Arc,
};

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, registry::LookupSpan, util::SubscriberInitExt};

use super::{Outcome, Streams, error::CliError, setting::Setting};
use crate::{
    auth,
    config::{Config, LogFormat},
    traces::Traces,
};

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
    let mut traces = None;
    let start_log = |config: &Config| {
        let format = format.unwrap_or(config.log.format);
        let directives = directives.as_deref().unwrap_or(config.log.level.name());
        traces = start_log(format, directives, config);
    };
    let served = crate::serve::serve(source, registry, Arc::clone(&environment), streams.output, start_log).await;
    if let Some(traces) = traces {
        traces.stop().await;
    }
    served?;
    Ok(Outcome::Fine)
}

/// The log, and the traces, where there are to be any. A log alone is filtered as a whole, which is faster.
fn start_log(format: LogFormat, directives: &str, config: &Config) -> Option<Traces> {
    let filter = EnvFilter::builder().parse_lossy(directives);
    let Some(config) = &config.traces else {
        tracing_subscriber::registry().with(filter).with(log(format)).init();
        return None;
    };
    let client = auth::http_client().map_err(|error| error.to_string());
    let traces = client.and_then(|client| Traces::start(config, client).map_err(|error| error.to_string()));
    let layer = traces.as_ref().ok().map(Traces::layer);
    tracing_subscriber::registry().with(log(format).with_filter(filter)).with(layer).init();
    traces.map_err(|error| tracing::error!(%error, "there are no traces")).ok()
}

fn log<S: Subscriber + for<'a> LookupSpan<'a>>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync> {
    // Colours are for people: a file or a collector would get them as control characters.
    let log = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.boxed(),
        LogFormat::Json => log.json().boxed(),
    }
}
