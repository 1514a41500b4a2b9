//! What every answer to one request depends on besides its outcome.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use presign_core::ObjectKey;

use super::header_names::{SEC_FETCH_DEST, SEC_FETCH_MODE, SEC_FETCH_SITE};
use crate::delivery::Consumer;

/// The request, as far as the form of its answer depends on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'r> {
    pub(crate) method: &'r Method,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) request_id: &'r str,
    pub(crate) login_url: Option<&'r str>,
    pub(crate) cors_origins: &'r [String],
    /// The path below which everything is served: empty, or starting with `/`.
    pub(crate) base_path: &'r str,
}

impl<'r> Context<'r> {
    /// Whether the answer is for a person to read: a browser opens a tab, a frame or a download.
    pub(crate) fn wants_page(&self) -> bool {
        let reads = matches!(*self.method, Method::GET | Method::HEAD);
        let fetched = match self.header(&SEC_FETCH_MODE) {
            Some(mode) => mode != "navigate",
            None => false,
        };
        reads && !fetched && self.accepts("text/html")
    }

    /// Whether the caller asks for JSON by `Accept: application/json`. Scripts that fetch the object itself send
    /// `application/json, text/plain, */*` (Angular and axios, unless told otherwise): they take anything, and are
    /// redirected.
    fn accepts_json(&self) -> bool {
        self.accepts("application/json") && !self.accepts("*/*")
    }

    /// Whether a browser wants the bytes and not a view of them ([Fetch Metadata](https://www.w3.org/TR/fetch-metadata/)):
    /// a script's `fetch`, which in the ClearML UI is a download; a link with `download`; and any link to an artifact or
    /// a model. Such a request gets an attachment: the UI reads the file's name from it, and the tab that it came from
    /// stays. A frame, an image and a film never do.
    pub(crate) fn wants_file(&self, key: &ObjectKey) -> bool {
        match self.header(&SEC_FETCH_DEST) {
            Some("empty") => matches!(self.header(&SEC_FETCH_MODE), Some("cors" | "navigate")),
            Some("document") => is_a_file(key),
            Some(_) => false,
            None => self.seems_to_want_file(key),
        }
    }

    /// The same where a browser does not say: over plain http, unless the host is this machine. Seen of Chromium: a link
    /// with `download` has no `Accept`, a `fetch` has `*/*` and no `Range`, and films have both.
    fn seems_to_want_file(&self, key: &ObjectKey) -> bool {
        let is_program = self.headers.contains_key(header::AUTHORIZATION);
        if is_program || !self.headers.contains_key(header::COOKIE) {
            return false;
        }
        match self.header(&header::ACCEPT) {
            None => true,
            Some("*/*") => !self.headers.contains_key(header::RANGE),
            Some(_) => is_a_file(key) && self.accepts("text/html"),
        }
    }

    /// Who will use the answer. `json` and `proxy` are the wishes that the request's query tells.
    pub(crate) fn consumer(&self, json: bool, proxy: bool) -> Consumer {
        let shows_image = matches!(self.header(&SEC_FETCH_DEST), None | Some("image"));
        let is_whole = *self.method == Method::GET && !self.headers.contains_key(header::RANGE);
        Consumer {
            takes_link: json || self.accepts_json(),
            // Equal, and not just contained: most requests are `no-cors`.
            is_script: self.header(&SEC_FETCH_MODE) == Some("cors"),
            wants_image: proxy && shows_image && is_whole,
        }
    }

    fn accepts(&self, media_type: &str) -> bool {
        self.headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|accept| {
            accept
                .split(',')
                .filter_map(|range| range.split(';').next())
                .any(|range| range.trim().eq_ignore_ascii_case(media_type))
        })
    }

    /// The caller's origin, when the configuration names exactly it.
    pub(crate) fn allowed_origin(&self) -> Option<&'r HeaderValue> {
        let origin = self.headers.get(header::ORIGIN)?;
        self.cors_origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then_some(origin)
    }

    /// Whether a page of another site had a browser send the request, with the user's cookie. A form may do so without
    /// being asked by CORS first, and an upload is done then, whoever may read the answer
    /// ([Fetch Metadata](https://www.w3.org/TR/fetch-metadata/)).
    pub(crate) fn is_from_elsewhere(&self) -> bool {
        self.header(&SEC_FETCH_SITE) == Some("cross-site") && self.allowed_origin().is_none()
    }

    fn header(&self, name: &HeaderName) -> Option<&'r str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Whether the SDK stored the object as an artifact or a model: files, where debug samples are there to be looked at.
fn is_a_file(key: &ObjectKey) -> bool {
    let folders = key.as_str().rsplit('/').skip(1);
    folders.into_iter().any(|folder| matches!(folder, "artifacts" | "models"))
}
