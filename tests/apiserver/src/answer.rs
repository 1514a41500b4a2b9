//! What goes back: the envelope that holds every answer.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};

/// An answer before it is put into its envelope.
#[derive(Debug)]
pub(crate) struct Answer {
    code: u16,
    subcode: u32,
    message: String,
    data: Value,
    cookie: Option<String>,
}

/// Which endpoint answers, as the envelope says it.
#[derive(Debug)]
pub(crate) struct Endpointed {
    pub(crate) name: String,
    pub(crate) requested_version: Value,
    pub(crate) actual_version: Value,
}

impl Answer {
    pub(crate) fn ok(data: Value) -> Self {
        Self { code: 200, subcode: 0, message: "OK".to_owned(), data, cookie: None }
    }

    pub(crate) fn refused(code: u16, subcode: u32, message: impl Into<String>) -> Self {
        Self { code, subcode, message: message.into(), data: json!({}), cookie: None }
    }

    pub(crate) fn with_cookie(mut self, cookie: String) -> Self {
        self.cookie = Some(cookie);
        self
    }

    pub(crate) fn into_response(self, endpoint: &Endpointed, id: &str, transaction: &str) -> Response<Full<Bytes>> {
        let body = json!({
            "meta": {
                "id": id,
                "trx": transaction,
                "endpoint": {
                    "name": endpoint.name,
                    "requested_version": endpoint.requested_version,
                    "actual_version": endpoint.actual_version,
                },
                "result_code": self.code,
                "result_subcode": self.subcode,
                "result_msg": self.message,
                "error_stack": null,
                "error_data": {},
            },
            "data": self.data,
        });
        let mut response = Response::new(Full::from(body.to_string()));
        *response.status_mut() = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::SERVER, HeaderValue::from_static("clearml"));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if let Some(cookie) = self.cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
            headers.insert(header::SET_COOKIE, cookie);
        }
        response
    }
}
