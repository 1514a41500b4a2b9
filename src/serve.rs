//! `presign-gateway serve`: from a configuration to two listeners, and to their orderly end.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use http::{HeaderValue, header};
use presign_core::{BuildError, Clock, Environment};
use tokio::net::TcpListener;
use warp::{Filter, reply::Response as WarpResponse};

use crate::{
    Registry, admin, auth,
    bulk::{Bulk, BulkThreads},
    clock::SystemClock,
    config::{self, Config, Draft, LimitsConfig, Problems},
    embedded::{self, Embedded},
    gateway::{Gateway, Live},
    metrics::Metrics,
    recording::Recording,
    reload::{Listeners, Reloader, TextSource},
    server::{self, Options, Tls, WarpService},
    shutdown,
    snapshot::Surroundings,
    traces::Traced,
    web::{self, Demo, Web},
};

/// How long what broken uploads leave in stores may take to be cleaned up, once no request is answered any more.
const CLEAN_UP: Duration = Duration::from_secs(4);

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
    #[error("the configuration {file} cannot be read: {error}")]
    Unreadable {
        /// The file.
        file: String,
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
    pub(crate) source: TextSource,
    /// Keeps the samples as long as they are served.
    pub(crate) demo: Option<Embedded>,
}

/// Serves until SIGTERM or SIGINT, then lets requests under way end. Prints one line on `output` once it is ready.
/// `start_log` is called when it is known how the log is to be written, and whether there are traces.
///
/// # Errors
/// Why it cannot start.
pub async fn serve(
    source: Source,
    registry: Registry,
    environment: Arc<dyn Environment>,
    output: &mut (dyn io::Write + Send),
    start_log: impl FnOnce(&Config),
) -> Result<(), ServeError> {
    let recording = Arc::new(Recording::new(Arc::clone(&environment)));
    let text = read(&source, Arc::clone(&recording) as Arc<dyn Environment>)?;
    let draft = config::read(&text.content, &text.file, text.environment.as_ref(), &registry);
    let mut draft = draft.map_err(ServeError::Configuration)?;
    start_log(draft.config());
    let server = draft.config().server.clone();
    let public = bind("server.listen", server.listen).await?;
    let admin = bind("server.admin_listen", server.admin_listen).await?;
    let tls = tls(&mut draft, text.environment.as_ref());
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
    let client = auth::http_client().map_err(ServeError::Authentication)?;
    let threads = BulkThreads::start()?;
    let stores_client = auth::http_client().map_err(ServeError::Authentication)?;
    let gateway = build_with(draft, &surroundings, client.clone()).await?;
    let gateway = Arc::new(gateway.moving_bytes_by(threads.bulk(), stores_client));
    let demo = text.demo.as_ref().map(|_| Demo::embedded(&Embedded::token(text.environment.as_ref())));
    let web = Arc::new(Web::new(Arc::clone(&gateway), demo));

    let asked = Arc::clone(&gateway);
    let stop = shutdown::Signal::listen(server.limits.drain_delay.0, move || asked.drain())?;
    let hangup = Reloader::hangup()?;
    let public_options = public_options(&server.limits, tls, &metrics, threads.bulk());
    let listeners = Listeners {
        public_address,
        public: public_options.into(),
        admin: admin_options(&server.limits)?.into(),
        at_start: server,
    };
    let reads = recording.finish();
    // Later attempts listen to files for themselves.
    let environment = text.demo.as_ref().map_or_else(|| Arc::clone(&environment), |_| Arc::clone(&text.environment));
    let surroundings = Surroundings { environment, ..surroundings };
    let reloader = Reloader::new(text.source, surroundings, Arc::clone(&gateway), client, listeners.clone(), reads);
    let answering = Arc::clone(&gateway);
    let public_routes = web::routes(Arc::clone(&web)).map(move |answer| parting(answer, &answering));
    let public_service = WarpService(Traced::new(warp::service(public_routes)));
    let ending = Arc::clone(&gateway);
    let admin_service = WarpService(warp::service(admin::routes(gateway)));
    writeln!(output, "presign-gateway ready: public {scheme}://{public_address} admin http://{admin_address}")?;
    output.flush()?;
    tracing::info!(public = %public_address, admin = %admin_address, "ready");
    tokio::join!(
        server::serve(public, public_service, listeners.public, stop.stopped()),
        server::serve(admin, admin_service, listeners.admin, stop.stopped()),
        reloader.run(hangup, stop.stopped()),
    );
    tidy(&web, &ending).await;
    tracing::info!("stopped");
    Ok(())
}

/// What is left to do when nobody is answered any more.
async fn tidy(web: &Web, gateway: &Gateway) {
    web.uploads_ended(CLEAN_UP).await;
    if let Some(audit) = &gateway.live().audit {
        audit.flush().await;
    }
}

/// Has the client connect anew, which leads elsewhere, once the gateway was asked to stop.
fn parting(mut answer: WarpResponse, gateway: &Gateway) -> WarpResponse {
    if gateway.is_draining() {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

pub(crate) fn read(source: &Source, environment: Arc<dyn Environment>) -> Result<Text, ServeError> {
    let (source, environment, demo) = match source {
        Source::File(path) => (TextSource::File(path.clone()), environment, None),
        Source::Embedded => {
            let demo = embedded::prepare()?;
            let environment = demo.environment(environment);
            (TextSource::Fixed("the embedded configuration", embedded::CONFIG), environment, Some(demo))
        }
    };
    let content = source.read(environment.as_ref());
    let content = content.map_err(|error| ServeError::Unreadable { file: source.name(), error })?;
    Ok(Text { content, file: source.name(), environment, source, demo })
}

async fn bind(setting: &'static str, address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|error| ServeError::Bind { setting, address, error })
}

/// What serves TLS, where the configuration asks for it. What is wrong with its files is added to the problems.
pub(crate) fn tls(draft: &mut Draft, environment: &dyn Environment) -> Option<Tls> {
    let tls = draft.config().server.tls.as_ref()?;
    server::tls(tls, environment)
        .map_err(|error| draft.error(&config::Path::root().key("server").key("tls"), error.to_string()))
        .ok()
}

/// Signers, rules and authentication of a configuration.
///
/// # Errors
/// When the configuration has problems.
pub async fn build(draft: Draft, surroundings: &Surroundings) -> Result<Gateway, ServeError> {
    let client = auth::http_client().map_err(ServeError::Authentication)?;
    build_with(draft, surroundings, client).await
}

async fn build_with(draft: Draft, surroundings: &Surroundings, client: reqwest::Client) -> Result<Gateway, ServeError> {
    let live = Live::build(draft, surroundings, &client, None).await.map_err(ServeError::Configuration)?;
    warn_of(&live.snapshot.warnings);
    let clock = Arc::clone(&surroundings.clock);
    Ok(Gateway::new(live, clock, surroundings.metrics.clone(), client))
}

/// Says in the log what a configuration's author may want to look at.
pub(crate) fn warn_of(warnings: &Problems) {
    for warning in warnings {
        tracing::warn!(path = %warning.path, line = warning.line(), "configuration: {}", warning.message);
    }
}

fn public_options(limits: &LimitsConfig, tls: Option<Tls>, metrics: &Metrics, bulk: Bulk) -> Options {
    metrics.certificate(tls.as_ref().and_then(|tls| tls.expires_at));
    let tls = tls.map(|tls| tls.acceptor);
    Options { limits: limits.clone(), tls, connections: metrics.connections.clone(), bulk }
}

/// The admin listener has the same limits, no TLS, and a count of its own that nobody reads.
fn admin_options(limits: &LimitsConfig) -> Result<Options, ServeError> {
    let connections = prometheus::IntGauge::new("admin_connections", "Open connections of the admin listener.")?;
    Ok(Options { limits: limits.clone(), tls: None, connections, bulk: Bulk::default() })
}
