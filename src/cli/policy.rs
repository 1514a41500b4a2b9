//! `presign-gateway policy`: the least that the backends' identities have to be allowed.

use serde_json::{Map, Value};

use super::{Outcome, Streams, error::CliError, setting::Setting};
use crate::needs::needs;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only for this backend, and its policy alone.
    #[arg(long, value_name = "NAME")]
    backend: Option<String>,
}

pub(super) fn run(arguments: &Arguments, setting: &Setting, streams: &mut Streams<'_>) -> Result<Outcome, CliError> {
    let text = setting.text()?;
    let config = setting.draft(&text)?.finish()?.config;
    let wanted = |name: &str| arguments.backend.as_deref().is_none_or(|only| only == name);
    let chosen: Vec<_> = config.backends.iter().filter(|(name, _)| wanted(name)).collect();
    if let (Some(name), []) = (&arguments.backend, chosen.as_slice()) {
        let known: Vec<_> = config.backends.keys().map(|name| format!("'{name}'")).collect();
        return Err(CliError::UnknownBackend { name: name.clone(), known: known.join(", ") });
    }
    let mut policies = Map::new();
    for (name, backend) in chosen {
        let Some(policy) = setting.registry.policy(backend, &needs(&config, name)) else {
            writeln!(streams.errors, "{name}: backends of type '{}' need no policy", backend.kind)?;
            continue;
        };
        for remark in policy.remarks {
            writeln!(streams.errors, "{name}: {remark}")?;
        }
        policies.insert(name.clone(), policy.document);
    }
    let document = match &arguments.backend {
        Some(name) => policies.remove(name).unwrap_or_default(),
        None => Value::Object(policies),
    };
    writeln!(streams.output, "{}", serde_json::to_string_pretty(&document)?)?;
    Ok(Outcome::Fine)
}
