//! What Azure offers a gateway: Entra ID, IMDS, App Service and a storage account that hands out user delegation keys.
//! Each takes exactly the request that its documentation describes, and notes every other one as a complaint.

mod entra;
mod requests;

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use http_body_util::Full;
use hyper::{Response, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::watch};

pub(crate) use entra::{Expected, certificate};
use requests::Asked;
pub(crate) use requests::key_xml;

use crate::common::Hand;

pub(crate) const TENANT: &str = "ab1f708d-50f6-404c-a006-d71b2ac7a606";
pub(crate) const CLIENT: &str = "f997392c-e15a-4ad8-af9e-cd6966caba7f";

/// A service that does not answer as it should.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) body: String,
}

impl Failure {
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// What the services know, and what they are told to do.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) clock: Arc<Hand>,
    pub(crate) expected: Expected,
    pub(crate) own: Mutex<Own>,
    held: watch::Sender<bool>,
}

#[derive(Debug, Default)]
pub(crate) struct Own {
    address: String,
    tokens: usize,
    keys: usize,
    complaints: Vec<String>,
    token_failure: Option<Failure>,
    key_failure: Option<Failure>,
    /// Where a key other than the one asked for is handed out.
    key: Option<String>,
    /// The life of a token, in seconds, as the service says it.
    token_life: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Cloud {
    address: SocketAddr,
    state: Arc<State>,
}

impl Cloud {
    pub(crate) async fn start(clock: Arc<Hand>, expected: Expected) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let own = Mutex::new(Own { address: format!("http://{address}"), ..Own::default() });
        let state = Arc::new(State { clock, expected, own, held: watch::Sender::new(false) });
        tokio::spawn(serve(listener, Arc::clone(&state)));
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn tokens_fail(&self, failure: impl Into<Option<Failure>>) {
        self.state.own.lock().unwrap().token_failure = failure.into();
    }

    pub(crate) fn keys_fail(&self, failure: impl Into<Option<Failure>>) {
        self.state.own.lock().unwrap().key_failure = failure.into();
    }

    /// From now on, this is the key, whatever is asked for.
    pub(crate) fn hands_out(&self, key: impl Into<String>) {
        self.state.own.lock().unwrap().key = Some(key.into());
    }

    pub(crate) fn says_tokens_live(&self, seconds: &str) {
        self.state.own.lock().unwrap().token_life = Some(seconds.to_owned());
    }

    /// While it holds, no request is answered.
    pub(crate) fn hold(&self, held: bool) {
        self.state.held.send_replace(held);
    }

    /// How many tokens and keys were handed out.
    pub(crate) fn handed_out(&self) -> (usize, usize) {
        let own = self.state.own.lock().unwrap();
        (own.tokens, own.keys)
    }

    /// Nobody asked for anything in a way that Azure does not describe.
    pub(crate) fn assert_content(&self) {
        let complaints = &self.state.own.lock().unwrap().complaints;
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let state = Arc::clone(&state);
                async move {
                    let asked = Asked::read(request).await;
                    let mut held = state.held.subscribe();
                    held.wait_for(|held| !held).await.unwrap();
                    Ok::<_, Infallible>(answer(&state, &asked))
                }
            });
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await);
        });
    }
}

fn answer(state: &State, asked: &Asked) -> Response<Full<Bytes>> {
    let mut own = state.own.lock().unwrap();
    let (failure, answered) = if asked.path.ends_with("/token") {
        (own.token_failure.clone(), entra::token(state, &mut own, asked))
    } else {
        (own.key_failure.clone(), requests::key(state, &mut own, asked))
    };
    let failure = match (failure, answered) {
        (None, Ok(body)) => return Response::new(Full::from(body)),
        (Some(failure), Ok(_)) => failure,
        (_, Err(complaint)) => {
            own.complaints.push(complaint.clone());
            Failure::new(400, complaint)
        }
    };
    let mut response = Response::builder().status(failure.status);
    for (name, value) in failure.headers {
        response = response.header(name, value);
    }
    response.body(Full::from(failure.body)).unwrap()
}

impl Own {
    /// A new token, or its number when tokens are not handed out now.
    fn token(&mut self) -> String {
        if self.token_failure.is_none() {
            self.tokens += 1;
        }
        format!("access-token-{}", self.tokens)
    }
}
