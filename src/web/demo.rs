//! What the start page shows when the gateway runs its embedded demonstration.

use http::HeaderValue;

/// The demonstration: sample objects, and a cookie that logs a visitor in.
#[derive(Debug, Clone)]
pub struct Demo {
    /// Storage URLs of the samples, each with what there is to see.
    pub samples: Vec<(String, &'static str)>,
    /// The `Set-Cookie` value with the demonstration user's token.
    pub cookie: HeaderValue,
}

impl Demo {
    /// The embedded demonstration, whose user has this token.
    #[must_use]
    pub fn embedded(token: &str) -> Self {
        let url = |key: &str| format!("local://{}/{key}", crate::embedded::BUCKET);
        let samples = crate::embedded::SAMPLES.iter().map(|sample| (url(sample.key), sample.about)).collect();
        let text = format!("clearml_token_basic={token}; Path=/; HttpOnly; SameSite=Lax");
        let cookie = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
        Self { samples, cookie }
    }
}
