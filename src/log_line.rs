//! The line that each decision has in the log, and what its trace tells.

use std::time::Duration;

use http::HeaderValue;
use presign_core::Operation;

use crate::{metrics::Outcome, record::Asked, refusal::Refusal, traces};

/// Writes it. It names no object: keys may say more than an operator is to know.
pub(crate) fn write(asked: &Asked<'_>, outcome: Outcome, refusal: Option<&Refusal>, took: Duration) {
    let Asked { asking, operation, caller, route, .. } = asked;
    let rule = route.map(|route| &route.rule);
    let backend = route.map(|route| &route.backend);
    // What stands here is looked at only where it is written.
    macro_rules! line {
        ($level:ident, $message:literal) => {
            tracing::$level!(
                request.id = asking.request_id,
                item = asking.item,
                client = asking.client.map(tracing::field::display),
                user = caller.map(|caller| tracing::field::debug(&caller.user)),
                operation = operation.map_or("none", Operation::label),
                rule = rule.and_then(text),
                backend = backend.and_then(text),
                outcome = outcome.label(),
                cause = refusal.map(Refusal::reason),
                took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                $message
            )
        };
    }
    traces::decided(asking.request_id, rule, backend, outcome.label());
    match outcome {
        Outcome::Signed => line!(info, "a link was issued"),
        Outcome::Internal | Outcome::BackendCredentials => {
            line!(error, "a link was refused for the gateway's own fault");
        }
        Outcome::Unavailable => line!(warn, "a link could not be issued now"),
        _ => line!(info, "a link was refused"),
    }
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}
