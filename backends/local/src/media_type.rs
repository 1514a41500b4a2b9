//! What a browser makes of an object.

use presign_core::disposition;

/// The type of an object by its name's extension, in UTF-8 where it is text.
pub(crate) fn by_name(file_name: &str) -> String {
    let guessed = mime_guess::from_path(file_name).first_or_octet_stream();
    let is_text = guessed.type_() == mime_guess::mime::TEXT;
    if is_text { format!("{guessed}; charset=utf-8") } else { guessed.to_string() }
}

/// The disposition to send: what was signed, but never anything else than an attachment for a type that a browser would
/// run. The links lie on the gateway's own origin, where a script could act as whoever opened it.
pub(crate) fn disposition(media_type: &str, signed: Option<&str>, file_name: &str) -> Option<String> {
    let is_attachment = |value: &str| kind(value).eq_ignore_ascii_case("attachment");
    match signed {
        Some(value) if is_inert(media_type) || is_attachment(value) => Some(value.to_owned()),
        None if is_inert(media_type) => None,
        _ => Some(disposition::attachment(file_name)),
    }
}

/// Whether a browser can show the type without running anything. A list of what is known to be harmless, so that the
/// next type that can hold a script is not.
fn is_inert(media_type: &str) -> bool {
    let essence = kind(media_type).to_ascii_lowercase();
    match essence.split_once('/') {
        Some(("image", subtype)) => !subtype.contains("svg") && !subtype.contains("xml"),
        Some(("audio" | "video" | "font", _)) => true,
        Some(("text", subtype)) => matches!(subtype, "plain" | "csv" | "tab-separated-values" | "markdown" | "x-log"),
        Some(("application", subtype)) => matches!(subtype, "json" | "octet-stream"),
        _ => false,
    }
}

/// What stands before the parameters.
fn kind(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_follows_the_extension() {
        for (name, expected) in [
            ("a.png", "image/png"),
            ("日本.txt", "text/plain; charset=utf-8"),
            ("a.JSON", "application/json"),
            ("model.pkl", "application/octet-stream"),
            ("README", "application/octet-stream"),
        ] {
            assert_eq!(by_name(name), expected, "{name}");
        }
    }

    #[test]
    fn what_a_browser_would_run_is_an_attachment_whatever_was_signed() {
        for name in
            ["a.html", "a.htm", "a.xhtml", "a.svg", "a.xml", "a.js", "a.mjs", "a.xsl", "a.pdf", "a.mht", "a.css"]
        {
            let media_type = by_name(name);
            for signed in [None, Some("inline"), Some("inline; filename=b.html"), Some("attachmentx")] {
                let value = disposition(&media_type, signed, name);
                assert_eq!(value, Some(format!("attachment; filename={name}")), "{name} {signed:?}");
            }
        }
        for media_type in ["TEXT/HTML", " text/html ; charset=utf-8", "image/svg+xml", "", "nonsense", "text/xml-dtd"] {
            assert!(disposition(media_type, Some("inline"), "a").unwrap().starts_with("attachment"), "{media_type}");
        }
    }

    #[test]
    fn what_is_harmless_keeps_its_disposition() {
        for name in ["a.png", "a.jpg", "a.txt", "a.csv", "a.json", "a.mp4", "a.pkl"] {
            assert_eq!(disposition(&by_name(name), None, name), None, "{name}");
            assert_eq!(disposition(&by_name(name), Some("inline"), name).as_deref(), Some("inline"), "{name}");
        }
        let signed = Some("Attachment; filename=b.html");
        assert_eq!(disposition("text/html", signed, "a.html").as_deref(), signed);
    }
}
