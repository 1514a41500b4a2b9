//! What runs without a configuration: a demonstration with sample objects, on this machine only.

mod overlay;
mod samples;

use std::{io, path::Path, sync::Arc};

use presign_core::Environment;
use tempfile::TempDir;

use self::overlay::Overlay;
pub use self::samples::{SAMPLES, Sample};

/// The embedded configuration's text: `config/embedded.yaml`.
pub const CONFIG: &str = include_str!("../../config/embedded.yaml");
/// The demonstration user's token. It opens nothing but the samples, and only the own machine can use it.
pub const DEMO_TOKEN: &str = "demo-token";
/// The samples' bucket.
pub const BUCKET: &str = "samples";

/// The variable that holds the demonstration user's token.
const TOKEN_VARIABLE: &str = "PRESIGN_DEMO_TOKEN";
/// The variable that overrides where the samples are.
const ROOT_VARIABLE: &str = "PRESIGN__BACKENDS__SAMPLES__ROOT";

/// The demonstration, ready to be served. The samples are removed when it is dropped.
#[derive(Debug)]
pub struct Embedded {
    folder: TempDir,
}

/// Writes the samples to a new folder that only this user can read.
///
/// # Errors
/// When the folder cannot be made or written to.
pub fn prepare() -> io::Result<Embedded> {
    let folder = private_folder()?;
    samples::write(folder.path())?;
    Ok(Embedded { folder })
}

fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("presign-gateway-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

impl Embedded {
    /// The demonstration user's token, as `environment` has it.
    #[must_use]
    pub fn token(environment: &dyn Environment) -> String {
        environment.variable(TOKEN_VARIABLE).unwrap_or_else(|| DEMO_TOKEN.to_owned())
    }

    /// The configuration's text.
    #[must_use]
    pub const fn config_text(&self) -> &'static str {
        CONFIG
    }

    /// The folder that holds the samples, by their keys.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The environment to read the configuration with: `base`, and what the demonstration needs where `base` is silent.
    #[must_use]
    pub fn environment(&self, base: Arc<dyn Environment>) -> Arc<dyn Environment> {
        let root = self.folder.path().to_string_lossy();
        // The value is YAML; in single quotes only a quote has a meaning.
        let quoted = format!("'{}'", root.replace('\'', "''"));
        Arc::new(Overlay::new(base, [(TOKEN_VARIABLE, DEMO_TOKEN.to_owned()), (ROOT_VARIABLE, quoted)]))
    }
}
