//! `presign-gateway check`: all that is wrong with a configuration, without serving it.

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Value, json};

use super::{Outcome, Streams, doctor, error::CliError, setting::Setting};
use crate::{
    auth,
    clock::SystemClock,
    config::{Config, Draft, Origin, Path, Problem, Problems, ServerConfig, Severity},
    serve::{self, Text},
    snapshot::{Snapshot, Surroundings},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Print the problems as a JSON list on standard output.
    #[arg(long)]
    json: bool,
    /// Also ask the apiserver, the token services and the stores whether they let this gateway in: as `doctor` does.
    #[arg(long, conflicts_with = "json")]
    online: bool,
}

/// What a check found: the problems, and the configuration where it can be used.
type Checked = (Problems, Option<Snapshot>);

impl Arguments {
    /// What `doctor` checks first.
    pub(super) const fn with_others() -> Self {
        Self { json: false, online: true }
    }
}

pub(super) async fn run(
    arguments: &Arguments,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<Outcome, CliError> {
    let text = setting.text()?;
    let surroundings = surroundings(setting, &text)?;
    let (problems, snapshot) = check(setting, &text, surroundings.as_ref()).await;
    if arguments.json {
        let list: Vec<Value> = problems.iter().map(|problem| json_of(problem, &text.file)).collect();
        writeln!(streams.output, "{}", serde_json::to_string_pretty(&list)?)?;
    } else if !problems.is_empty() {
        writeln!(streams.errors, "{problems}")?;
    }
    if let Some(snapshot) = snapshot.as_ref().filter(|_| !arguments.json) {
        writeln!(streams.output, "{}", praise(&text.file, &snapshot.config, &problems))?;
    }
    let reached = match (arguments.online, snapshot, surroundings) {
        (true, Some(snapshot), Some(surroundings)) => doctor::examine(&snapshot, &surroundings, streams).await?,
        _ => true,
    };
    Ok(if problems.has_errors() || !reached { Outcome::Failed } else { Outcome::Fine })
}

/// What the configuration is built with; `None` when it cannot even be read.
fn surroundings(setting: &Setting, text: &Text) -> Result<Option<Surroundings>, CliError> {
    let Ok(draft) = setting.draft(text) else { return Ok(None) };
    let gateway_url = some_url(&draft.config().server);
    setting.surroundings(text, Arc::new(SystemClock::start()), gateway_url).map(Some)
}

async fn check(setting: &Setting, text: &Text, surroundings: Option<&Surroundings>) -> Checked {
    let (mut draft, surroundings) = match (setting.draft(text), surroundings) {
        (Ok(draft), Some(surroundings)) => (draft, surroundings),
        (Ok(_), None) => return (Problems::default(), None),
        (Err(problems), _) => return (problems, None),
    };
    check_secrets(&mut draft, text);
    match Snapshot::build(draft, surroundings).await {
        Ok(snapshot) => (snapshot.warnings.clone(), Some(snapshot)),
        Err(problems) => (problems, None),
    }
}

/// What only the files and variables can tell that the configuration refers to. (Backends look at their own.)
fn check_secrets(draft: &mut Draft, text: &Text) {
    if let Err(error) = auth::check(&draft.config().auth, text.environment.as_ref()) {
        draft.errors(&Path::root().key("auth"), &error.problems);
    }
    serve::tls(draft, text.environment.as_ref());
}

/// How clients will reach the gateway. A listener that takes any free port will have one.
fn some_url(server: &ServerConfig) -> Option<String> {
    let port = if server.listen.port() == 0 { 1 } else { server.listen.port() };
    server.gateway_url(Some(SocketAddr::new(server.listen.ip(), port)))
}

fn praise(file: &str, config: &Config, problems: &Problems) -> String {
    let warnings = match problems.len() {
        0 => String::new(),
        1 => ", 1 warning".to_owned(),
        several => format!(", {several} warnings"),
    };
    format!("{file} is fine: backends {}, rules {}{warnings}", config.backends.len(), config.rules.len())
}

fn json_of(problem: &Problem, file: &str) -> Value {
    let variable = match &problem.origin {
        Some(Origin::Variable(name)) => Some(name),
        _ => None,
    };
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    json!({
        "file": file,
        "line": problem.line(),
        "variable": variable,
        "path": problem.path,
        "severity": severity,
        "message": problem.message,
    })
}
