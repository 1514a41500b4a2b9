//! `presign-gateway serve`: from a configuration to two listeners, and to their orderly end.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use http::{HeaderValue, header};
use presign_core::{BuildError, Clock, Environment};
use tokio::net::TcpListener;
use warp::{Filter, reply::Response as WarpResponse};

use crate::{
    Registry, admin,
    auth::{self, AuthContext},
    clock::SystemClock,
    config::{self, Config, Draft, LimitsConfig, Problems},
    embedded::{self, Embedded},
    existence::Existence,
    freshness::Freshness,
    gateway::{Gateway, Live},
    metrics::{MeteredAuthenticator, Metrics},
    server::{self, Options, TlsError},
    shutdown,
    snapshot::{Snapshot, Surroundings},
    web::{self, Demo, Web},
};

/// Where the configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// The program itself: the demonstration.
    Embedded,
}

impl Source {
    /// `--config`, else `PRESIGN_CONFIG`, else the demonstration.
    #[must_use]
    pub fn choose(flag: Option<PathBuf>, environment: &dyn Environment) -> Self {
        let file = flag.or_else(|| environment.variable("PRESIGN_CONFIG").map(PathBuf::from));
        file.map_or(Self::Embedded, Self::File)
    }
}

/// Why the gateway does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration cannot be read.
    #[error("the configuration {path} cannot be read: {error}", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The configuration has problems.
    #[error("{0}")]
    Configuration(Problems),
    /// Authentication cannot be set up.
    #[error("auth: {0}")]
    Authentication(BuildError),
    /// An address cannot be listened on.
    #[error("{setting} {address} cannot be listened on: {error}")]
    Bind {
        /// The setting that names the address.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// TLS cannot be set up.
    #[error("server.tls: {0}")]
    Tls(#[from] TlsError),
    /// The samples of the demonstration cannot be written, or the ready line.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The metrics clash, which is a mistake in this program.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// A configuration's text, where it came from, and what it is read with.
pub(crate) struct Text {
    pub(crate) content: String,
    pub(crate) file: String,
    pub(crate) environment: Arc<dyn Environment>,
    /// Keeps the samples as long as they are served.
    pub(crate) demo: Option<Embedded>,
}

/// Serves until SIGTERM or SIGINT, then lets requests under way end. Prints one line on `output` once it is ready.
///
/// # Errors
/// Why it cannot start.
pub async fn serve(
    source: Source,
    registry: Registry,
    environment: Arc<dyn Environment>,
    output: &mut (dyn io::Write + Send),
) -> Result<(), ServeError> {
    let text = read(&source, environment)?;
    let draft = config::read(&text.content, &text.file, text.environment.as_ref(), &registry);
    let draft = draft.map_err(ServeError::Configuration)?;
    let server = draft.config().server.clone();
    let public = bind("server.listen", server.listen).await?;
    let admin = bind("server.admin_listen", server.admin_listen).await?;
    let tls = server.tls.as_ref().map(server::acceptor).transpose()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let (public_address, admin_address) = (public.local_addr()?, admin.local_addr()?);

    let metrics = Metrics::new()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let surroundings = Surroundings {
        registry,
        environment: Arc::clone(&text.environment),
        clock,
        metrics: metrics.clone(),
        gateway_url: server.gateway_url(Some(public_address)),
    };
    let gateway = Arc::new(build(draft, &surroundings).await?);
    let demo = text.demo.as_ref().map(|_| Demo::embedded(&Embedded::token(text.environment.as_ref())));
    let web = Arc::new(Web::new(Arc::clone(&gateway), demo));

    let asked = Arc::clone(&gateway);
    let stop = shutdown::Signal::listen(server.limits.drain_delay.0, move || asked.drain())?;
    let public_options = Options { limits: server.limits.clone(), tls, connections: metrics.connections.clone() };
    let admin_options = admin_options(&server.limits)?;
    let answering = Arc::clone(&gateway);
    let public_routes = web::routes(web).map(move |answer| parting(answer, &answering));
    let public_service = server::service(warp::service(public_routes));
    let admin_service = server::service(warp::service(admin::routes(gateway)));
    writeln!(output, "presign-gateway ready: public {scheme}://{public_address} admin http://{admin_address}")?;
    output.flush()?;
    tracing::info!(public = %public_address, admin = %admin_address, "ready");
    tokio::join!(
        server::serve(public, public_service, public_options, stop.stopped()),
        server::serve(admin, admin_service, admin_options, stop.stopped()),
    );
    tracing::info!("stopped");
    Ok(())
}

/// Has the client connect anew, which leads elsewhere, once the gateway was asked to stop.
fn parting(mut answer: WarpResponse, gateway: &Gateway) -> WarpResponse {
    if gateway.is_draining() {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

pub(crate) fn read(source: &Source, environment: Arc<dyn Environment>) -> Result<Text, ServeError> {
    match source {
        Source::File(path) => {
            let content = read_file(path, environment.as_ref())?;
            Ok(Text { content, file: path.display().to_string(), environment, demo: None })
        }
        Source::Embedded => {
            let demo = embedded::prepare()?;
            let environment = demo.environment(environment);
            let content = demo.config_text().to_owned();
            Ok(Text { content, file: "the embedded configuration".to_owned(), environment, demo: Some(demo) })
        }
    }
}

fn read_file(path: &Path, environment: &dyn Environment) -> Result<String, ServeError> {
    environment.read(path).map_err(|error| ServeError::Unreadable { path: path.to_owned(), error })
}

async fn bind(setting: &'static str, address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|error| ServeError::Bind { setting, address, error })
}

/// Signers, rules and authentication of a configuration.
///
/// # Errors
/// When the configuration has problems.
pub async fn build(draft: Draft, surroundings: &Surroundings) -> Result<Gateway, ServeError> {
    let snapshot = Snapshot::build(draft, surroundings).await.map_err(ServeError::Configuration)?;
    for warning in &snapshot.warnings {
        tracing::warn!(path = %warning.path, line = warning.line(), "configuration: {}", warning.message);
    }
    let client = auth::http_client().map_err(ServeError::Authentication)?;
    let authenticator = authenticator(&snapshot.config, surroundings, client.clone()).await?;
    let freshness = Freshness::of(snapshot.backends().map(|(_, signer)| signer));
    let live = Live { snapshot, authenticator, freshness };
    let clock = Arc::clone(&surroundings.clock);
    Ok(Gateway::new(live, clock, surroundings.metrics.clone(), Existence::new(client)))
}

/// Who authenticates callers.
///
/// # Errors
/// When it cannot be set up.
pub(crate) async fn authenticator(
    config: &Config,
    surroundings: &Surroundings,
    client: reqwest::Client,
) -> Result<Arc<dyn auth::Authenticator>, ServeError> {
    let context = AuthContext {
        environment: Arc::clone(&surroundings.environment),
        clock: Arc::clone(&surroundings.clock),
        client,
        observer: surroundings.metrics.auth_observer(),
    };
    let inner = auth::build(&config.auth, context).await.map_err(ServeError::Authentication)?;
    Ok(Arc::new(MeteredAuthenticator::new(inner, &surroundings.metrics)))
}

/// The admin listener has the same limits, no TLS, and a count of its own that nobody reads.
fn admin_options(limits: &LimitsConfig) -> Result<Options, ServeError> {
    let connections = prometheus::IntGauge::new("admin_connections", "Open connections of the admin listener.")?;
    Ok(Options { limits: limits.clone(), tls: None, connections })
}
