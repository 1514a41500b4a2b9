//! Objects as answers: their bytes pass through the gateway.
//!
//! They then come from the gateway's origin, which may be the ClearML app's own. So no browser is to run them: each has
//! a policy that takes scripts and the origin away, and what only `proxy=1` asks for has to be a raster image.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use presign_core::disposition;

use super::{
    answer::Answer,
    head::Head,
    header_names::{X_PRESIGN_BACKEND, X_PRESIGN_RULE},
    reply::Reply,
};
use crate::{
    delivery::Passage,
    gateway::Link,
    lifetime::redirect_max_age,
    refusal::Refusal,
    rules::is_unsafe_type,
    stream::{Bounds, Fetched, ImageType},
    upstream::Upstream,
};

/// How long a browser may keep an object without asking again, in seconds, where the rule does not say. It remembers a
/// redirect no shorter, but objects may be replaced.
const LONGEST_MAX_AGE: u64 = 300;
const IMAGE_POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
/// For whole documents: they may look as they do, and run nothing.
const POLICY: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'",
);

impl super::Web {
    /// The object itself, if it is to pass through the gateway; `None` when the caller is to be redirected. `file_name` is
    /// for a caller who seems to want a file.
    ///
    /// # Errors
    /// When the store does not give an object that the rule wants passed on.
    pub(super) async fn pass_on(
        &self,
        head: &Head,
        link: &Link,
        file_name: Option<&str>,
    ) -> Result<Option<Reply>, Refusal> {
        let Some(upstream) = &link.upstream else { return Ok(None) };
        let limits = &head.live.snapshot.config.server.limits;
        let bounds = Bounds { most: limits.streams, idle: limits.stream_idle_timeout.0 };
        let metrics = link.route.metrics.stream();
        let fetched = self.gateway.streams().fetch(&upstream.signed, &head.headers, bounds, metrics).await;
        match upstream.passage {
            Passage::Stream => {
                fetched.map(|fetched| Some(reply(head, link, upstream, saved(fetched, file_name), POLICY)))
            }
            // Whatever is wrong, the store itself is still there to be asked.
            Passage::Image => match fetched {
                Ok(fetched) => Ok(image(fetched).await.map(|image| reply(head, link, upstream, image, IMAGE_POLICY))),
                Err(refusal) => {
                    tracing::debug!(request.id = %head.id, cause = ?refusal, "an image is not passed on");
                    Ok(None)
                }
            },
            Passage::Link => Ok(None),
        }
    }
}

/// A page or a script is a file to whoever seems to want one, also where the rule has objects shown: they would be shown on
/// the gateway's origin.
fn saved(mut fetched: Fetched, file_name: Option<&str>) -> Fetched {
    let text = |name| fetched.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_saved = text(header::CONTENT_DISPOSITION).starts_with("attachment");
    if let Some(name) = file_name
        && !is_saved
        && is_unsafe_type(text(header::CONTENT_TYPE))
        && let Ok(value) = HeaderValue::from_str(&disposition::attachment(name))
    {
        fetched.headers.insert(header::CONTENT_DISPOSITION, value);
    }
    fetched
}

/// The object if it is an image, with the type that it really has.
async fn image(mut fetched: Fetched) -> Option<Fetched> {
    match fetched.status {
        StatusCode::OK => {}
        // The browser has it already.
        StatusCode::NOT_MODIFIED => return Some(fetched),
        _ => return None,
    }
    let image = ImageType::of(&fetched.headers, fetched.body.peek().await.ok()?);
    let Some(image) = image else {
        fetched.body.decline();
        return None;
    };
    fetched.headers.insert(header::CONTENT_TYPE, image.media_type());
    Some(fetched)
}

fn reply(head: &Head, link: &Link, upstream: &Upstream, fetched: Fetched, policy: HeaderValue) -> Reply {
    let Fetched { status, headers, body } = fetched;
    let mut answer = Answer::empty(status);
    let has_body = status.is_success();
    for (name, value) in passed_on(headers, upstream.has_cache_control, has_body) {
        answer.set(name, value);
    }
    if !upstream.has_cache_control {
        answer.set(header::CACHE_CONTROL, cache_control(link));
    }
    answer.set(header::CONTENT_SECURITY_POLICY, policy);
    answer.set(X_PRESIGN_BACKEND, link.route.backend.clone());
    answer.set(X_PRESIGN_RULE, link.route.rule.clone());
    if has_body && head.method != Method::HEAD {
        Reply::passing(answer, body.carried(head.load.carry()))
    } else {
        answer.into()
    }
}

/// The object's headers. Those of a body go where that does: a store's page about an error is not the object.
fn passed_on(
    mut headers: HeaderMap,
    has_cache_control: bool,
    has_body: bool,
) -> impl Iterator<Item = (http::HeaderName, HeaderValue)> {
    if !has_cache_control {
        headers.remove(header::CACHE_CONTROL);
    }
    if !has_body {
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_DISPOSITION] {
            headers.remove(name);
        }
    }
    headers.into_iter().filter_map(|(name, value)| Some((name?, value)))
}

fn cache_control(link: &Link) -> HeaderValue {
    let max_age = redirect_max_age(link.expires_at, link.now, link.cache_margin).min(LONGEST_MAX_AGE);
    HeaderValue::from_str(&format!("private, max-age={max_age}")).unwrap_or(HeaderValue::from_static("private"))
}
