//! `presign-gateway check`: all that is wrong with a configuration, without serving it.

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Value, json};

use super::{Outcome, Streams, error::CliError, examine::examine, setting::Setting};
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

/// What a check found: the problems, and the configuration, with what it was built with, where it can be used.
type Checked = (Problems, Option<(Snapshot, Surroundings)>);

impl Arguments {
    /// What `doctor` does.
    pub(super) const ONLINE: Self = Self { json: false, online: true };
}

pub(super) async fn run(
    arguments: &Arguments,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<Outcome, CliError> {
    let text = setting.text()?;
    let (problems, built) = check(setting, &text).await?;
    if arguments.json {
        let list: Vec<Value> = problems.iter().map(|problem| json_of(problem, &text.file)).collect();
        writeln!(streams.output, "{}", serde_json::to_string_pretty(&list)?)?;
    } else if !problems.is_empty() {
        writeln!(streams.errors, "{problems}")?;
    }
    let mut reached = true;
    if let Some((snapshot, surroundings)) = built.filter(|_| !arguments.json) {
        writeln!(streams.output, "{}", praise(&text.file, &snapshot.config, &problems))?;
        if arguments.online {
            reached = examine(&snapshot, &surroundings, streams).await?;
        }
    }
    Ok(if problems.has_errors() || !reached { Outcome::Failed } else { Outcome::Fine })
}

async fn check(setting: &Setting, text: &Text) -> Result<Checked, CliError> {
    let mut draft = match setting.draft(text) {
        Ok(draft) => draft,
        Err(problems) => return Ok((problems, None)),
    };
    let gateway_url = some_url(&draft.config().server);
    let surroundings = setting.surroundings(text, Arc::new(SystemClock::start()), gateway_url)?;
    check_secrets(&mut draft, text);
    Ok(match Snapshot::build(draft, &surroundings).await {
        Ok(snapshot) => (snapshot.warnings.clone(), Some((snapshot, surroundings))),
        Err(problems) => (problems, None),
    })
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
