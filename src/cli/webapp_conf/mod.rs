//! `presign-gateway webapp-conf`: what the webserver of an open-source ClearML server is given.

use super::{Outcome, Streams, error::CliError, setting::Setting};
use crate::serve::Source;

const NGINX: &str = include_str!("presign.conf");
const COMPOSE: &str = include_str!("compose.yaml");
const HELM: &str = include_str!("helm.yaml");
/// The base path where no configuration says another.
const BASE_PATH: &str = "/presign";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Nginx)]
    format: Format,
    /// The gateway's path on the `WebApp`'s host; by default the configuration's `server.base_path`.
    #[arg(long, value_name = "PATH", value_parser = base_path)]
    base_path: Option<String>,
    /// How the webserver reaches the gateway. Nginx knows no search domains: in Kubernetes the name is whole.
    #[arg(long, value_name = "URL", value_parser = gateway)]
    gateway: Option<String>,
    /// The name server that the webserver asks for it.
    #[arg(long, value_name = "ADDRESS", value_parser = resolver)]
    resolver: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The file for nginx.
    Nginx,
    /// A docker-compose override that mounts it and runs the gateway.
    Compose,
    /// A `ConfigMap` with it, and values for the `ClearML` chart.
    Helm,
}

pub(super) fn run(arguments: &Arguments, setting: &Setting, streams: &mut Streams<'_>) -> Result<Outcome, CliError> {
    let base = match &arguments.base_path {
        Some(base) => base.clone(),
        None => configured_base_path(setting)?,
    };
    let (gateway, resolver) = arguments.format.neighbours();
    let nginx = NGINX
        .replace("@BASE@", &base)
        .replace("@GATEWAY@", arguments.gateway.as_deref().unwrap_or(gateway))
        .replace("@RESOLVER@", arguments.resolver.as_deref().unwrap_or(resolver));
    let text = match arguments.format {
        Format::Nginx => nginx,
        Format::Compose => COMPOSE.replace("@BASE@", &base),
        Format::Helm => HELM.replace("@CONF@", &indented(&nginx)),
    };
    streams.output.write_all(text.as_bytes())?;
    Ok(Outcome::Fine)
}

impl Format {
    /// Where the gateway and the name server usually are: in compose's network, or in a cluster.
    const fn neighbours(self) -> (&'static str, &'static str) {
        match self {
            Self::Nginx | Self::Compose => ("http://presign-gateway:8080", "127.0.0.11"),
            Self::Helm => (
                "http://clearml-presign-service.clearml.svc.cluster.local:8080",
                "kube-dns.kube-system.svc.cluster.local",
            ),
        }
    }
}

fn configured_base_path(setting: &Setting) -> Result<String, CliError> {
    if setting.source == Source::Embedded {
        return Ok(BASE_PATH.to_owned());
    }
    let text = setting.text()?;
    let base = setting.draft(&text)?.config().server.base_path.clone();
    if base.is_empty() { Err(CliError::NoBasePath) } else { Ok(base) }
}

fn indented(text: &str) -> String {
    let lines = text.trim_end().lines();
    let indented = lines.map(|line| if line.is_empty() { String::new() } else { format!("    {line}") });
    indented.collect::<Vec<_>>().join("\n")
}

fn base_path(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let is_one = text.starts_with('/') && text.len() > 1 && !text.ends_with('/') && text.bytes().all(plain);
    if is_one { Ok(text.to_owned()) } else { Err("a path such as /presign, without a '/' at its end".to_owned()) }
}

/// Nothing may follow the port: nginx appends the request's target.
fn gateway(text: &str) -> Result<String, String> {
    let uri: Option<http::Uri> = text.trim_end_matches('/').parse().ok();
    let is_one = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.path() == "/" && uri.query().is_none()
    });
    if is_one {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("an address such as http://presign-gateway:8080, without a path".to_owned())
    }
}

fn resolver(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[] ".contains(&byte);
    let is_one = !text.trim().is_empty() && text.bytes().all(plain);
    if is_one { Ok(text.to_owned()) } else { Err("a name server's address, such as 127.0.0.11".to_owned()) }
}
