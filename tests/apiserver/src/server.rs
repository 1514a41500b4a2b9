//! The server, as tests hold it.

use std::{io, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use jsonwebtoken::Algorithm;
use presign_core::Clock;
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::{
    Account, Fault, Recorded,
    path::{self, Found},
    respond::respond,
    state::State,
    token::{self, TOKEN_SECRET},
};

/// A running apiserver. It stops when dropped.
#[derive(Debug)]
pub struct FakeApiserver {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl FakeApiserver {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(clock: Arc<dyn Clock>) -> io::Result<Self> {
        Self::listen(SocketAddr::from(([127, 0, 0, 1], 0)), clock).await
    }

    /// Starts on an address.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn listen(address: SocketAddr, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(clock));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { address, state, accepting })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A token as `auth.login` would issue it now, with a life in seconds; `None` for a token that does not end.
    #[must_use]
    pub fn token(&self, account: Account, life: Option<i64>) -> String {
        self.token_with(account, life, |_| ())
    }

    /// A token with changed claims, signed with the right secret.
    #[must_use]
    pub fn token_with(&self, account: Account, life: Option<i64>, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = token::claims(&account.identity(), self.state.now(), life, &self.state.new_id());
        change(&mut claims);
        token::sign(&claims, TOKEN_SECRET, Algorithm::HS256)
    }

    /// A token that is signed with another secret.
    #[must_use]
    pub fn forged_token(&self, account: Account) -> String {
        let claims = token::claims(&account.identity(), self.state.now(), Some(3600), &self.state.new_id());
        token::sign(&claims, "not the secret", Algorithm::HS256)
    }

    /// Logs a token out.
    pub fn revoke(&self, token: &str) {
        if let Some(session_id) = token::check(token, self.state.now()).ok().and_then(|checked| checked.session_id) {
            self.state.revoke(session_id);
        }
    }

    /// Breaks the server.
    pub fn fail(&self, fault: Fault) {
        self.state.set_fault(Some(fault));
    }

    /// Mends the server.
    pub fn mend(&self) {
        self.state.set_fault(None);
    }

    /// Holds all answers back until [`FakeApiserver::release`].
    pub fn hold(&self) {
        self.state.hold(true);
    }

    /// Lets held answers go.
    pub fn release(&self) {
        self.state.hold(false);
    }

    /// Everything that was asked so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.requests()
    }

    /// How often an endpoint such as `auth.login` was called.
    #[must_use]
    pub fn calls(&self, endpoint: &str) -> usize {
        self.state.calls(endpoint)
    }

    /// The most requests that were waiting for their answers at any time.
    #[must_use]
    pub fn most_in_flight(&self) -> usize {
        self.state.most_in_flight()
    }

    /// Waits until an endpoint was called this often; answers may still be due.
    pub async fn called(&self, endpoint: &str, times: usize) {
        self.state.called(endpoint, times).await;
    }
}

impl Drop for FakeApiserver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&state)));
        }
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    let service = service_fn(move |request| answer(request, Arc::clone(&state)));
    // A client that goes away is its own business.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, state: Arc<State>) -> io::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let _in_flight = state.record(Recorded {
        method: head.method.clone(),
        target: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        headers: head.headers.clone(),
    });
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    state.released().await;
    match state.fault() {
        Some(Fault::Disconnects) => return Err(io::Error::other("a fault that was asked for")),
        Some(fault) => {
            if let Some(response) = fault.response() {
                return Ok(response);
            }
        }
        None => {}
    }
    let id = state.new_id();
    let transaction = head.headers.get("x-clearml-trx").and_then(|value| value.to_str().ok()).unwrap_or(&id);
    Ok(match path::find(head.uri.path()) {
        Ok(Found { endpoint, said }) => respond(endpoint, &head, &body, &state).into_response(&said, &id, transaction),
        Err(refusal) => {
            let (said, answer) = *refusal;
            answer.into_response(&said, &id, transaction)
        }
    })
}
