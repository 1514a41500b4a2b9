//! `presign-gateway health`: for a container's HEALTHCHECK.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use super::{Outcome, Streams, error::CliError, setting::Setting};
use crate::{auth, config::Problems};

const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The admin listener's address and port; by default what the configuration says.
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<SocketAddr>,
    /// Ask this URL instead, of this or another gateway.
    #[arg(long, value_name = "URL", conflicts_with = "admin")]
    url: Option<String>,
}

pub(super) async fn run(
    arguments: &Arguments,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<Outcome, CliError> {
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None => own(arguments.admin, setting)?,
    };
    ask(&url).await.map_err(|reason| CliError::Unhealthy(format!("{url}: {reason}")))?;
    writeln!(streams.output, "alive")?;
    Ok(Outcome::Fine)
}

/// Where this gateway's liveness is asked for.
fn own(admin: Option<SocketAddr>, setting: &Setting) -> Result<String, CliError> {
    let address = match admin {
        Some(address) => address,
        None => configured(setting)?,
    };
    if address.port() == 0 {
        let message = "server.admin_listen takes any free port: pass the one it took with --admin";
        return Err(CliError::Unhealthy(message.to_owned()));
    }
    Ok(format!("http://{}/livez", reachable(address)))
}

/// The listener's address. What else is wrong with the configuration is not asked here.
fn configured(setting: &Setting) -> Result<SocketAddr, CliError> {
    let text = setting.text()?;
    let draft = setting.draft(&text).map_err(|problems: Problems| CliError::from(problems))?;
    Ok(draft.config().server.admin_listen)
}

/// Who listens on all addresses is reached on this machine's own.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let own = if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
        address.set_ip(own);
    }
    address
}

async fn ask(url: &str) -> Result<(), String> {
    let client = auth::http_client().map_err(|error| error.to_string())?;
    let answer = client.get(url).timeout(PATIENCE).send().await;
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("answers {}", answer.status())),
        Err(error) if error.is_timeout() => Err("does not answer in time".to_owned()),
        Err(_) => Err("cannot be reached".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_asked_on_this_machines_own() {
        let asked = |address: &str| reachable(address.parse().unwrap()).to_string();
        assert_eq!(asked("0.0.0.0:9090"), "127.0.0.1:9090");
        assert_eq!(asked("[::]:9090"), "[::1]:9090");
        assert_eq!(asked("10.0.0.1:9090"), "10.0.0.1:9090");
    }
}
