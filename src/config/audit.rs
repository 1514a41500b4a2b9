//! `audit` and `log`: what is written of requests.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A record of every link that was issued or refused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{"output": "file", "path": "/var/log/presign/audit.jsonl", "required": true}]))]
pub struct AuditConfig {
    /// Where records go.
    pub output: AuditOutput,
    /// The file that records are added to, for `file` and `both`.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Whether no link is issued (503) while its record cannot be written.
    #[serde(default)]
    pub required: bool,
}

/// Where audit records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutput {
    /// To standard output.
    Stdout,
    /// To a file.
    File,
    /// To standard output and to a file.
    Both,
}

impl AuditOutput {
    /// Whether records go to standard output.
    #[must_use]
    pub const fn has_stdout(self) -> bool {
        matches!(self, Self::Stdout | Self::Both)
    }

    /// Whether records go to a file.
    #[must_use]
    pub const fn has_file(self) -> bool {
        matches!(self, Self::File | Self::Both)
    }
}

/// The log, on standard error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("examples" = [{"format": "json", "level": "info"}]))]
pub struct LogConfig {
    /// How it is written; `--log-format` overrides it.
    pub format: LogFormat,
    /// From which level on; `RUST_LOG` overrides it.
    pub level: LogLevel,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// From which level on there is a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// The gateway's own faults only.
    Error,
    /// And what is down, or will be a fault.
    Warn,
    /// And every request.
    #[default]
    Info,
    /// And connections that end early.
    Debug,
    /// And what libraries say.
    Trace,
}

impl LogLevel {
    /// The level's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}
