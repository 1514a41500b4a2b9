//! Pages for people: why something did not open, and what this service is.

use std::fmt::Write;

use super::{context::Context, problem::Problem};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#222}\
    h1{font-size:1.4rem}code{background:#f3f3f3;padding:.1em .3em;overflow-wrap:anywhere}\
    input[type=text]{width:100%;padding:.4rem;font:inherit}button{padding:.4rem 1rem;font:inherit;margin-top:.5rem}\
    img{max-height:6rem;border:1px solid #ddd}li{margin:.8rem 0}small{color:#666}";

/// The page of a refusal.
pub(super) fn problem(problem: &Problem, context: &Context<'_>) -> String {
    let title = problem.status.canonical_reason().unwrap_or("Error");
    let mut body = format!("<h1>{} {title}</h1><p>{}</p>", problem.status.as_u16(), escape(&problem.detail));
    if let (401, Some(login)) = (problem.status.as_u16(), context.login_url) {
        // In a tab of its own: in a frame of the app's no login page works, and there this page may stand.
        let login = escape(login);
        let link = format!("<a href=\"{login}\" target=_blank rel=noopener>{login}</a>");
        let _ = write!(body, "<p>Log in at {link}, then open this again.</p>");
    }
    let _ = write!(body, "<p><small>{} · request {}</small></p>", problem.code, escape(context.request_id));
    document(title, &body)
}

/// The start page.
pub(super) fn home(who: &str, samples: &[(String, &'static str)], context: &Context<'_>) -> String {
    let base = escape(context.base_path);
    let mut body = format!(
        "<h1>Presign gateway</h1><p>Opens objects in S3, MinIO, Google Cloud Storage and Azure for logged-in ClearML \
         users: it checks who you are, signs a link that works for a short time, and sends your browser there.</p>\
         <p>{}</p><form action=\"{base}/\"><label>A storage URL <input type=text name=url \
         placeholder=\"s3://bucket/path/to/object\"></label><button>Open</button></form>",
        escape(who)
    );
    if !samples.is_empty() {
        body.push_str("<h2>Samples</h2><ul>");
        for (url, about) in samples {
            let link = format!("{base}/?url={}", presign_core::encode::query(url));
            let is_image = [".png"].iter().any(|extension| url.ends_with(extension));
            let image = if is_image { format!("<br><img alt=\"\" src=\"{link}\">") } else { String::new() };
            let _ = write!(
                body,
                "<li><a href=\"{link}\"><code>{}</code></a><br>{}{image}</li>",
                escape(url),
                escape(about)
            );
        }
        body.push_str(
            "</ul><p>This page logs you in as the demonstration user, by a cookie. To go on, write a configuration with your own \
             stores and your ClearML server, and start the gateway with <code>--config FILE</code>: \
             <code>config/onprem-minio.yaml</code> and <code>config/multi-cloud.yaml</code> are annotated examples.</p>",
        );
    }
    document("Presign gateway", &body)
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><body>{body}</body></html>"
    )
}

/// Text as HTML, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escape("<a href=\"x\" o='y'>&"), "&lt;a href=&quot;x&quot; o=&#39;y&#39;&gt;&amp;");
    }
}
