//! The command line: one file a command.
//!
//! Exit codes: 0 fine, 1 failed, 2 wrong usage. What was asked for goes to standard output, all else to standard error.

mod arguments;
mod caller;
mod check;
mod clearml_env;
mod completions;
mod doctor;
mod error;
mod examine;
mod explain;
mod health;
mod import_clearml;
mod policy;
mod schema;
mod serve;
mod setting;
mod sign;
mod webapp_conf;

use std::{io, process::ExitCode, sync::Arc};

use clap::Parser;

use self::{
    arguments::{Arguments, Command},
    error::CliError,
    setting::Setting,
};
use crate::{Registry, environment::ProcessEnvironment, serve::Source};

/// Where a command reads and writes.
struct Streams<'a> {
    input: &'a mut dyn io::BufRead,
    output: &'a mut (dyn io::Write + Send),
    errors: &'a mut dyn io::Write,
}

/// Whether a command that could be carried out found everything well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Fine,
    Failed,
}

/// Runs the program as its command line says, with these kinds of backends.
#[must_use]
pub fn run(registry: Registry) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(usage) => return show_usage(&usage),
    };
    let mut streams = Streams { input: &mut io::stdin().lock(), output: &mut io::stdout(), errors: &mut io::stderr() };
    let result = carry_out(arguments, registry, &mut streams);
    let result = result.and_then(|outcome| streams.output.flush().map(|()| outcome).map_err(CliError::from));
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::FAILURE,
        Err(error) => {
            // Where even standard error is closed, the exit code is all that is left to say.
            let _ = writeln!(streams.errors, "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Help and version, which were asked for, or what is wrong with the arguments.
fn show_usage(usage: &clap::Error) -> ExitCode {
    let code = if usage.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
    if usage.print().is_ok() { code } else { ExitCode::FAILURE }
}

fn carry_out(arguments: Arguments, registry: Registry, streams: &mut Streams<'_>) -> Result<Outcome, CliError> {
    let environment = Arc::new(ProcessEnvironment);
    let source = Source::choose(arguments.config, environment.as_ref());
    let setting = Setting { registry, environment, source };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.command.unwrap_or_default() {
        Command::Serve(arguments) => runtime.block_on(serve::run(&arguments, setting, streams)),
        Command::Sign(arguments) => runtime.block_on(sign::run(&arguments, &setting, streams)),
        Command::Explain(arguments) => runtime.block_on(explain::run(&arguments, &setting, streams)),
        Command::Check(arguments) => runtime.block_on(check::run(&arguments, &setting, streams)),
        Command::Doctor(arguments) => runtime.block_on(doctor::run(&arguments, &setting, streams)),
        Command::Policy(arguments) => policy::run(&arguments, &setting, streams),
        Command::Schema(arguments) => schema::run(arguments, &setting, streams),
        Command::Health(arguments) => runtime.block_on(health::run(&arguments, &setting, streams)),
        Command::ClearmlEnv(arguments) => runtime.block_on(clearml_env::run(&arguments, &setting, streams)),
        Command::ImportClearml(arguments) => import_clearml::run(&arguments, &setting, streams),
        Command::WebappConf(arguments) => webapp_conf::run(&arguments, &setting, streams),
        Command::Completions(arguments) => completions::run(&arguments, streams),
    }
}
