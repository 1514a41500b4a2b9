//! Objects passed through the gateway: fetched by a link of our own, and handed on as they arrive.
//!
//! Nothing is kept: a piece is read from the store when the client has taken the one before, so memory does not depend
//! on the object's size, and a client that goes away closes the request to the store.

mod body;
mod head;
mod image;
mod slots;

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, Method, StatusCode};
use presign_core::{Clock, Operation, SignedUrl};
use prometheus::IntGauge;

pub(crate) use body::Body;
pub(crate) use image::ImageType;

use self::{body::Account, slots::Slots};
use crate::{bulk::Bulk, metrics::StreamMetrics, refusal::Refusal};

/// Fetches objects from stores for clients.
#[derive(Debug, Clone)]
pub struct Streams {
    client: reqwest::Client,
    bulk: Bulk,
    clock: Arc<dyn Clock>,
    slots: Slots,
}

/// An object on its way: what the store says of it, and its bytes.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// 200, 206, 304, 412 or 416.
    pub(crate) status: StatusCode,
    /// The store's headers, as far as they are the object's.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// What bounds one stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// How many there may be at once.
    pub(crate) most: usize,
    /// How long the store may send nothing.
    pub(crate) idle: Duration,
}

impl Streams {
    /// Fetches with this client, which must not follow redirects; `open` shows how many objects are on their way.
    #[must_use]
    pub fn new(client: reqwest::Client, clock: Arc<dyn Clock>, open: IntGauge) -> Self {
        Self { client, bulk: Bulk::default(), clock, slots: Slots::new(open) }
    }

    /// Fetches by these threads, with a client of theirs.
    pub(crate) fn by(self, bulk: Bulk, client: reqwest::Client) -> Self {
        Self { client, bulk, ..self }
    }

    /// The client that objects' bytes are fetched and sent with, and the threads that do it.
    pub(crate) fn means(&self) -> (reqwest::Client, Bulk) {
        (self.client.clone(), self.bulk.clone())
    }

    /// Asks the store for an object, with the conditions and the range that the client asks for.
    ///
    /// # Errors
    /// When there are too many streams, and when the store does not give the object.
    pub(crate) async fn fetch(
        &self,
        link: &SignedUrl,
        wanted: &HeaderMap,
        bounds: Bounds,
        metrics: StreamMetrics,
    ) -> Result<Fetched, Refusal> {
        let Some(slot) = self.slots.take(bounds.most) else {
            let message = format!("{} objects are passed through already (server.limits.streams)", bounds.most);
            return Err(Refusal::Unavailable { message, retry_after: Some(Duration::from_secs(1)) });
        };
        let account = Account::open(metrics, Arc::clone(&self.clock), slot);
        let method = if link.operation() == Operation::Head { Method::HEAD } else { Method::GET };
        let mut request = self.client.request(method.clone(), link.expose()).headers(head::request(wanted));
        for (name, value) in link.headers() {
            request = request.header(*name, value);
        }
        let answer = match self.bulk.run(request.send()).await {
            Some(Ok(answer)) => answer,
            Some(Err(error)) => return Err(account.refused(head::unreachable(error))),
            None => return Err(account.refused(head::ending())),
        };
        if let Some(refusal) = head::refusal(answer.status()) {
            return Err(account.refused(refusal));
        }
        let (status, headers) = (answer.status(), head::answer(answer.headers()));
        let bodiless = method == Method::HEAD || !status.is_success();
        let length = if bodiless { Some(0) } else { answer.content_length() };
        Ok(Fetched { status, headers, body: Body::new(answer.into(), length, bounds.idle, account) })
    }
}
