//! `presign-gateway import-clearml`: backends and rules from what ClearML is given to reach stores.

use std::path::PathBuf;

use super::{Outcome, Streams, error::CliError, setting::Setting};
use crate::clearml_conf::{self, ConfFile, Import};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// `clearml.conf`, `storage_credentials.conf`, what `storage.get_settings` answers, or several of them.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, setting: &Setting, streams: &mut Streams<'_>) -> Result<Outcome, CliError> {
    let read = |path: &PathBuf| {
        let name = path.display().to_string();
        match setting.environment.read(path) {
            Ok(text) => Ok(ConfFile { folder: path.parent().map(PathBuf::from), name, text }),
            Err(error) => Err(CliError::Unreadable { name, error }),
        }
    };
    let files = arguments.files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let Import { configuration, variables, notes, stores } =
        clearml_conf::import(&files, setting.environment.as_ref())?;
    for note in notes {
        writeln!(streams.errors, "note: {note}")?;
    }
    if stores == 0 {
        return Err(CliError::NoStores);
    }
    for variable in variables {
        writeln!(streams.errors, "set the variable {} to {}", variable.name, variable.from)?;
    }
    streams.output.write_all(configuration.as_bytes())?;
    Ok(Outcome::Fine)
}
