//! `presign-gateway completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Outcome, Streams};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<Outcome, super::CliError> {
    let mut command = super::Arguments::command();
    // The generator panics where it cannot write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "presign-gateway", &mut script);
    streams.output.write_all(&script)?;
    Ok(Outcome::Fine)
}
