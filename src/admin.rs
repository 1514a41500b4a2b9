//! The admin listener: metrics, health and explanations. Not for clients.

use std::{collections::HashMap, convert::Infallible, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use presign_core::{Operation, Readiness, encode};
use serde_json::{Value, json};
use warp::{Filter, reply::Response as WarpResponse};

use crate::{auth::Principal, explain, gateway::Gateway};

/// All admin routes. `/v1/explain` takes `url`, and optionally `as_user`, `as_company`, `as_role` and `method`.
pub fn routes(gateway: Arc<Gateway>) -> impl Filter<Extract = (WarpResponse,), Error = Infallible> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method().and(warp::path::full()).and(query).map(
        move |method: http::Method, path: warp::path::FullPath, query: String| {
            let response = match method {
                http::Method::GET | http::Method::HEAD => answer(&gateway, path.as_str(), &query),
                _ => method_not_allowed(),
            };
            response.map(Into::into)
        },
    )
}

fn method_not_allowed() -> Response<Bytes> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "only GET is answered here\n");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

fn answer(gateway: &Gateway, path: &str, query: &str) -> Response<Bytes> {
    match path {
        "/metrics" => metrics(gateway),
        "/livez" => text(StatusCode::OK, "text/plain; charset=utf-8", "alive\n"),
        "/readyz" => readiness(gateway),
        "/version" => json_text(StatusCode::OK, &version(gateway)),
        "/v1/config" => json_text(StatusCode::OK, &gateway.live().snapshot.config.redacted()),
        "/v1/explain" => explain(gateway, query),
        _ => text(
            StatusCode::NOT_FOUND,
            "text/plain",
            "here are /metrics /livez /readyz /version /v1/explain /v1/config\n",
        ),
    }
}

/// The program's version, the configuration's number, and how the last reload ended.
fn version(gateway: &Gateway) -> Value {
    let last_reload = gateway.last_reload().map(|reload| {
        let outcome = if reload.problems.is_empty() { "applied" } else { "refused" };
        json!({"outcome": outcome, "at": reload.at.to_string(), "problems": reload.problems})
    });
    let generation = gateway.live().snapshot.generation;
    json!({"version": env!("CARGO_PKG_VERSION"), "generation": generation, "last_reload": last_reload})
}

fn metrics(gateway: &Gateway) -> Response<Bytes> {
    let live = gateway.live();
    for (name, signer) in live.snapshot.backends() {
        gateway.metrics().credential(name, signer.credential());
    }
    let requests = i64::try_from(live.limits.requests()).unwrap_or(i64::MAX);
    gateway.metrics().limits.in_progress.set(requests);
    match gateway.metrics().encode() {
        Ok(encoded) => text(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", encoded),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", format!("{error}\n")),
    }
}

/// Ready as long as some backend can sign: one broken backend, or an apiserver that is down, is told, but takes
/// nothing away from the others. Not ready any more once the gateway was asked to stop.
fn readiness(gateway: &Gateway) -> Response<Bytes> {
    let (live, now) = (gateway.live(), gateway.now());
    let mut backends = serde_json::Map::new();
    let mut signing = live.snapshot.backends().next().is_none();
    for (name, signer) in live.snapshot.backends() {
        let readiness = signer.readiness(now);
        signing |= !matches!(readiness, Readiness::NotReady(_));
        backends.insert(name.to_owned(), told(&readiness));
    }
    let auth = live.authenticator.readiness();
    let draining = gateway.is_draining();
    let status = if signing && !draining { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let all_ready = auth == Readiness::Ready && backends.values().all(|told| told == "ready");
    let word = match (signing, all_ready) {
        _ if draining => "draining",
        (true, true) => "ready",
        (true, false) => "degraded",
        (false, _) => "not_ready",
    };
    json_text(status, &json!({"status": word, "auth": told(&auth), "backends": backends}))
}

fn told(readiness: &Readiness) -> Value {
    match readiness {
        Readiness::Ready => json!("ready"),
        Readiness::Degraded(reason) => json!({"degraded": reason}),
        Readiness::NotReady(reason) => json!({"not_ready": reason}),
    }
}

/// What the gateway would make of `url` for the caller that `as_user`, `as_company` and `as_role` describe.
fn explain(gateway: &Gateway, query: &str) -> Response<Bytes> {
    let mut asked = HashMap::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        asked.insert(name, encode::decode_form(value).unwrap_or_default());
    }
    let of = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let method = asked.get("method").map_or("GET", String::as_str).to_ascii_uppercase();
    let (Some(operation), false) = (Operation::from_method(&method), of("url").is_empty()) else {
        let usage = "ask for /v1/explain?url=<encoded storage URL>[&as_user=][&as_company=][&as_role=][&method=GET]\n";
        return text(StatusCode::BAD_REQUEST, "text/plain", usage);
    };
    let principal = Principal::new(of("as_user"), of("as_company"), of("as_role"));
    let live = gateway.live();
    let explanation = explain::explain(&live.snapshot, of("url"), &principal, operation, gateway.now());
    match serde_json::to_value(&explanation) {
        Ok(value) => json_text(StatusCode::OK, &value),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", format!("{error}\n")),
    }
}

fn json_text(status: StatusCode, value: &Value) -> Response<Bytes> {
    text(status, "application/json", format!("{value}\n"))
}

fn text(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
