//! What every answer to one request depends on besides its outcome.

use http::{HeaderMap, HeaderValue, Method, header};

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
        let fetched = match self.header("sec-fetch-mode") {
            Some(mode) => mode != "navigate",
            None => false,
        };
        reads && !fetched && self.accepts("text/html")
    }

    /// Whether the caller asks for JSON by `Accept: application/json`. Scripts that fetch the object itself send
    /// `application/json, text/plain, */*` (Angular and axios, unless told otherwise): they take anything, and are
    /// redirected.
    pub(crate) fn accepts_json(&self) -> bool {
        self.accepts("application/json") && !self.accepts("*/*")
    }

    /// Whether a browser wants the bytes and not a view of them: a script's `fetch`, which in the ClearML UI is a
    /// download, or a link with `download` ([Fetch Metadata](https://www.w3.org/TR/fetch-metadata/)). Such a request gets
    /// an attachment: the UI reads the file's name from it, and the tab that it came from stays.
    pub(crate) fn wants_file(&self) -> bool {
        self.header("sec-fetch-dest") == Some("empty")
            && matches!(self.header("sec-fetch-mode"), Some("cors" | "navigate"))
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

    fn header(&self, name: &str) -> Option<&'r str> {
        self.headers.get(name)?.to_str().ok()
    }
}
