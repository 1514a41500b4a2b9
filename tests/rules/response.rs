//! The response headers that a rule has signed.

use presign_core::{Operation, ResponseOverrides};
use serde_json::{Value, json};

use crate::support::{ada, location, rule, set};

fn overrides(response: Value, url: &str, operation: Operation, download: Option<&str>) -> ResponseOverrides {
    let mut fields = json!({"match": {"glob": "**"}, "methods": ["GET", "HEAD", "PUT"]});
    fields["response"] = response;
    let set = set(&[rule(fields)]);
    let location = location(url);
    let grant = set.find(&[url], &location).unwrap().authorize(&ada(), operation).unwrap();
    grant.overrides(download)
}

fn disposition(response: Value, url: &str, download: Option<&str>) -> Option<String> {
    overrides(response, url, Operation::Get, download).content_disposition
}

#[test]
fn without_a_wish_the_stores_own_headers_stay() {
    assert!(overrides(json!({}), "s3://b/x.html", Operation::Get, None).is_empty());
}

#[test]
fn the_words_inline_and_attachment_get_the_files_name() {
    let inline = disposition(json!({"content_disposition": "inline"}), "s3://b/a/x.png", None);
    assert_eq!(inline.as_deref(), Some("inline; filename=x.png"));
    let attachment = disposition(json!({"content_disposition": "Attachment"}), "s3://b/a/é.png", None);
    assert_eq!(attachment.as_deref(), Some("attachment; filename=\"_.png\"; filename*=UTF-8''%C3%A9.png"));
    let whole = disposition(json!({"content_disposition": "attachment; filename=y"}), "s3://b/a/x.png", None);
    assert_eq!(whole.as_deref(), Some("attachment; filename=y"));
    let folder = disposition(json!({"content_disposition": "attachment"}), "s3://b/a/", None);
    assert_eq!(folder.as_deref(), Some("attachment"));
}

#[test]
fn a_caller_may_ask_for_a_download_under_a_name() {
    let inline = || json!({"content_disposition": "inline"});
    assert_eq!(disposition(inline(), "s3://b/x.png", Some("")).as_deref(), Some("attachment; filename=x.png"));
    assert_eq!(disposition(inline(), "s3://b/x.png", Some("y")).as_deref(), Some("attachment; filename=y"));
}

#[test]
fn what_a_browser_would_run_is_sent_as_a_download_where_the_rule_says_so() {
    let safe = |mut response: Value| {
        response["inline_unsafe"] = json!("attachment");
        response
    };
    for name in ["x.html", "x.HTM", "x.svg", "x.xml", "x.js", "x.mjs", "x.tar.xhtml", ".svg", "x.svgz"] {
        let value = disposition(safe(json!({"content_disposition": "inline"})), &format!("s3://b/{name}"), None);
        assert_eq!(value, Some(format!("attachment; filename={name}")));
    }
    for name in ["x.png", "html", "x.html.txt", "svg/x"] {
        assert_eq!(disposition(safe(json!({})), &format!("s3://b/{name}"), None), None, "{name}");
    }
    for kind in
        ["text/html; charset=utf-8", "image/svg+xml", "Application/XML", "application/rss+xml", "text/javascript"]
    {
        let value = disposition(safe(json!({"content_type": kind})), "s3://b/x.txt", None);
        assert_eq!(value.as_deref(), Some("attachment; filename=x.txt"), "{kind}");
    }
    let whole = disposition(safe(json!({"content_disposition": "inline; filename=y"})), "s3://b/x.html", None);
    assert_eq!(whole.as_deref(), Some("attachment; filename=x.html"));
}

#[test]
fn a_head_says_what_a_get_would_and_a_write_has_nothing_to_override() {
    let response = || json!({"content_type": "text/plain", "cache_control": "private, max-age=60"});
    let get = overrides(response(), "s3://b/x", Operation::Get, None);
    assert_eq!(get.content_type.as_deref(), Some("text/plain"));
    assert_eq!(get.cache_control.as_deref(), Some("private, max-age=60"));
    assert_eq!(overrides(response(), "s3://b/x", Operation::Head, None), get);
    assert!(overrides(response(), "s3://b/x", Operation::Put, Some("y")).is_empty());
}

#[test]
fn the_name_is_the_one_that_was_asked_for_and_not_the_rewritten_one() {
    let set = set(&[rule(json!({
        "match": {"prefix": "model.pkl"}, "rewrite": {"prefix": "blobs/0f3a"}, "response": {"content_disposition": "attachment"},
    }))]);
    let location = location("s3://b/model.pkl");
    let grant = set.find(&["s3://b/model.pkl"], &location).unwrap().authorize(&ada(), Operation::Get).unwrap();
    assert_eq!(grant.location().to_string(), "s3://b/blobs/0f3a");
    assert_eq!(grant.overrides(None).content_disposition.as_deref(), Some("attachment; filename=model.pkl"));
}
