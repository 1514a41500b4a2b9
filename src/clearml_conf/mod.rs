//! From what ClearML is given to reach stores (`clearml.conf`, `storage_credentials.conf`, the answer of the apiserver's
//! `storage.get_settings`) to backends and rules.
//!
//! ```text
//! text → hocon (substitutions, variables as marks) → entries (what ClearML reads) → stores (grouped) → YAML
//! ```
//!
//! No value of a secret leaves [`hocon`] but to be compared: what is written are references to variables. Whatever is
//! shown (names of hosts, buckets, accounts) is checked to be one first.

mod entries;
mod hocon;
mod names;
mod stores;
mod value;
mod yaml;

use std::path::PathBuf;

use presign_core::Environment;

pub use hocon::Unreadable;

/// A file of ClearML's.
#[derive(Debug, Clone)]
pub struct ConfFile {
    /// Its name, for messages.
    pub name: String,
    /// Where what it includes is looked for.
    pub folder: Option<PathBuf>,
    /// What it holds.
    pub text: String,
}

/// What became of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    /// The configuration, as YAML.
    pub configuration: String,
    /// The variables that it refers to, and where their values stand now.
    pub variables: Vec<Variable>,
    /// What was not carried over, and what else to look at.
    pub notes: Vec<String>,
    /// How many stores were found.
    pub stores: usize,
}

/// A variable to set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The setting that holds the value now.
    pub from: String,
}

/// Reads files of ClearML's and writes the configuration that does the same.
///
/// # Errors
/// When a file is no HOCON.
pub fn import(files: &[ConfFile], environment: &dyn Environment) -> Result<Import, Unreadable> {
    let mut import = Import::default();
    let mut found = entries::Entries::default();
    for file in files {
        let document = hocon::read(file, environment)?;
        found.read(&document, environment, &mut import.notes);
    }
    stores::write(&found, &mut import);
    Ok(import)
}
