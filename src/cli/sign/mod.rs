//! `presign-gateway sign`: links without a server, through the rules or past them.

mod answer;
mod by_rule;
mod past_rules;
mod printer;

use std::{borrow::Cow, io};

use presign_core::{ExpiresIn, Operation, Timestamp};

use self::{
    answer::{Failure, Link},
    printer::Printer,
};
use super::{
    Outcome, Streams,
    arguments::{life, operation},
    caller::Stance,
    error::CliError,
    setting::Setting,
};
use crate::{explain::locate, gateway::Wanted, snapshot::Snapshot};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Storage URLs, such as `s3://bucket/key`; `-` reads them from standard input, one a line.
    #[arg(value_name = "URL", required = true)]
    urls: Vec<String>,
    #[command(flatten)]
    stance: Stance,
    /// What the links shall allow: GET, HEAD, PUT or DELETE.
    #[arg(long, value_name = "METHOD", value_parser = operation, default_value = "GET")]
    method: Operation,
    /// How long the links shall live, such as 15m; a rule's own ttl is the most it can be.
    #[arg(long, value_name = "DURATION", value_parser = life)]
    ttl: Option<ExpiresIn>,
    /// Sign with this backend, whatever the rules say.
    #[arg(long, value_name = "NAME")]
    backend: Option<String>,
    /// Have the objects saved, under this name or their own.
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    download: Option<String>,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(
    arguments: &Arguments,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<Outcome, CliError> {
    let text = setting.text()?;
    let clock = arguments.stance.clock();
    let now = clock.now();
    let snapshot = setting.snapshot(&text, clock).await?;
    let desk = Desk { arguments, snapshot: &snapshot, now };
    desk.check_backend()?;
    let Streams { input, output, errors } = streams;
    let mut printer = Printer::new(arguments.json, *output, *errors);
    for argument in &arguments.urls {
        for url in urls(argument, *input) {
            let url = url?;
            let result = desk.sign(&url).await;
            if let Some(backend) = result.as_ref().ok().and_then(|link| desk.passing_key(link)) {
                printer.warn_of_passing_key(backend)?;
            }
            printer.print(&url, result)?;
        }
    }
    Ok(printer.outcome())
}

/// The URL that an argument is, or those that standard input holds.
fn urls<'a>(
    argument: &'a str,
    input: &'a mut dyn io::BufRead,
) -> Box<dyn Iterator<Item = io::Result<Cow<'a, str>>> + 'a> {
    if argument != "-" {
        return Box::new(std::iter::once(Ok(Cow::Borrowed(argument))));
    }
    let lines = io::BufRead::lines(input).filter(|line| !matches!(line, Ok(text) if text.is_empty()));
    Box::new(lines.map(|line| line.map(Cow::Owned)))
}

/// All that links are signed with.
#[derive(Debug, Clone, Copy)]
struct Desk<'a> {
    arguments: &'a Arguments,
    snapshot: &'a Snapshot,
    now: Timestamp,
}

impl Desk<'_> {
    /// A backend that does not exist is one mistake, not one for each URL.
    fn check_backend(&self) -> Result<(), CliError> {
        match &self.arguments.backend {
            Some(name) if self.snapshot.backend(name).is_none() => {
                let known: Vec<_> = self.snapshot.backends().map(|(name, _)| format!("'{name}'")).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(CliError::UnknownBackend { name: name.clone(), known })
            }
            _ => Ok(()),
        }
    }

    async fn sign(&self, url: &str) -> Result<Link, Failure> {
        let wanted = Wanted {
            download: self.arguments.download.clone(),
            expires_in: self.arguments.ttl,
            ..Wanted::new(self.arguments.method, locate(self.snapshot, url)?)
        };
        match &self.arguments.backend {
            Some(backend) => past_rules::sign(self.snapshot, backend, &wanted, self.now).await,
            None => by_rule::sign(self.snapshot, &self.arguments.stance, &wanted, self.now).await,
        }
    }

    /// The link's backend, when its links lead back to the gateway and its configuration says nothing of the key that
    /// they are checked with.
    fn passing_key<'l>(&self, link: &'l Link) -> Option<&'l str> {
        let name = link.backend.as_str();
        self.snapshot.backend(name)?.content()?;
        let options = &self.snapshot.config.backends.get(name)?.options;
        options.get("link_secret").is_none_or(serde_json::Value::is_null).then_some(name)
    }
}
