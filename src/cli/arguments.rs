//! What the command line looks like.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use presign_core::{ExpiresIn, HumanDuration, Operation, Timestamp};

use super::{
    check, clearml_env, completions, doctor, explain, health, import_clearml, policy, schema, serve, sign, webapp_conf,
};

/// Authenticated redirects to pre-signed storage URLs, for ClearML.
#[derive(Debug, Parser)]
#[command(name = "presign-gateway", version, arg_required_else_help = false)]
pub(super) struct Arguments {
    /// The configuration; by default what `PRESIGN_CONFIG` names, and without that the embedded demonstration.
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve: what the program does when no command is given.
    Serve(serve::Arguments),
    /// Sign URLs without a server, and print the links.
    Sign(sign::Arguments),
    /// Tell what the gateway makes of a URL: rules, decision, backend, life, string to sign.
    Explain(explain::Arguments),
    /// Tell all problems of the configuration.
    Check(check::Arguments),
    /// Ask the apiserver, the token services and the stores whether the gateway works from here, and tell what to do.
    Doctor(doctor::Arguments),
    /// Print what the backends' identities have to be allowed at least: IAM policies, role bindings, role assignments.
    Policy(policy::Arguments),
    /// Print the JSON schema of configurations.
    Schema(schema::Arguments),
    /// Ask the running gateway whether it is alive: for a container's HEALTHCHECK.
    Health(health::Arguments),
    /// Print the variable that tells an Enterprise ClearML server which URLs to ask this gateway about.
    ClearmlEnv(clearml_env::Arguments),
    /// Print the configuration that does what `clearml.conf` does, without its secrets.
    ImportClearml(import_clearml::Arguments),
    /// Print what the webserver of an open-source ClearML server needs to use the gateway.
    WebappConf(webapp_conf::Arguments),
    /// Print a completion script for a shell.
    Completions(completions::Arguments),
}

impl Default for Command {
    fn default() -> Self {
        Self::Serve(serve::Arguments::default())
    }
}

pub(super) fn operation(text: &str) -> Result<Operation, String> {
    Operation::from_method(&text.to_ascii_uppercase()).ok_or_else(|| "one of GET, HEAD, PUT and DELETE".to_owned())
}

pub(super) fn life(text: &str) -> Result<ExpiresIn, String> {
    let HumanDuration(duration) = HumanDuration::parse(text)?;
    if duration.subsec_nanos() != 0 {
        return Err("links live for whole seconds: leave the fraction off".to_owned());
    }
    ExpiresIn::from_seconds(duration.as_secs()).map_err(|error| error.to_string())
}

pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).map_err(|error| error.to_string())
}
