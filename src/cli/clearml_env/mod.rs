//! `presign-gateway clearml-env`: what tells an Enterprise ClearML server which URLs to ask this gateway about.

mod format;

use std::sync::Arc;

use self::format::Format;
use super::{Outcome, Streams, error::CliError, setting::Setting};
use crate::{clock::SystemClock, reach::reaches, rules::Coverage};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How it is to be written.
    #[arg(long, value_enum, default_value_t = Format::Shell)]
    format: Format,
    /// How browsers reach the gateway; by default the configuration's `server.public_url`.
    #[arg(long, value_name = "URL", value_parser = url)]
    url: Option<String>,
}

pub(super) async fn run(
    arguments: &Arguments,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<Outcome, CliError> {
    let text = setting.text()?;
    let snapshot = setting.snapshot(&text, Arc::new(SystemClock::start())).await?;
    let configured = || snapshot.config.server.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    let url = arguments.url.clone().or_else(configured).ok_or(CliError::NoPublicUrl)?;
    let Coverage { sets, notes } = snapshot.rules.coverage(&reaches(&snapshot));
    for note in &notes {
        writeln!(streams.errors, "{note}")?;
    }
    writeln!(
        streams.errors,
        "note: match_sets are for s3://, gs:// and azure:// URLs with hosts in lower case, which ClearML registers; \
         https:// URLs of the stores are opened as they are"
    )?;
    let value = format::announcement(&url, &sets);
    streams.output.write_all(arguments.format.write(&value).as_bytes())?;
    Ok(Outcome::Fine)
}

fn url(text: &str) -> Result<String, String> {
    let uri: Option<http::Uri> = text.parse().ok();
    let is_one = uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none());
    if is_one {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("an address such as https://app.clearml.example/presign".to_owned())
    }
}
