//! Clocks that are apart.

use std::time::{Duration, UNIX_EPOCH};

use http::header;
use presign_core::Timestamp;

/// Stores refuse signatures of a clock that is off by a quarter of an hour, and the apiserver's tokens begin and end by
/// its own; this much is worth mending before.
const WORTH_MENDING: Duration = Duration::from_mins(1);

/// How far the clock that an answer was dated by is from `now`, where that is too far.
pub(super) fn skew(answer: &reqwest::Response, now: Timestamp) -> Option<Duration> {
    let date = answer.headers().get(header::DATE)?.to_str().ok()?;
    let seconds = httpdate::parse_http_date(date).ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs();
    let told = Timestamp::from_unix(i64::try_from(seconds).ok()?);
    Some(now.until(told).max(told.until(now))).filter(|skew| *skew > WORTH_MENDING)
}
