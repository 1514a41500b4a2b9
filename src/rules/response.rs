//! How an object is to be shown: the response headers that a rule has signed.

use presign_core::{ObjectKey, ResponseOverrides, disposition};

use crate::config::{InlineUnsafe, ResponseConfig};

/// Extensions of files that a browser runs as a page or as script.
const UNSAFE_EXTENSIONS: &[&str] = &[
    "atom", "cjs", "hta", "htc", "htm", "html", "js", "jsx", "mathml", "mht", "mhtml", "mjs", "mml", "rdf", "rss",
    "shtm", "shtml", "svg", "svgz", "xht", "xhtm", "xhtml", "xml", "xsd", "xsl", "xslt",
];

/// Media types that a browser runs as a page or as script, besides everything that ends in `+xml`.
const UNSAFE_TYPES: &[&str] = &[
    "application/ecmascript",
    "application/javascript",
    "application/x-ecmascript",
    "application/x-javascript",
    "application/xml",
    "message/rfc822",
    "multipart/related",
    "multipart/x-mixed-replace",
    "text/ecmascript",
    "text/html",
    "text/javascript",
    "text/x-javascript",
    "text/xml",
    "text/xsl",
];

/// The response headers that a rule overrides. The values have been checked.
#[derive(Debug, Clone)]
pub(super) struct ResponsePolicy {
    disposition: Option<Disposition>,
    content_type: Option<String>,
    cache_control: Option<String>,
    unsafe_as_attachment: bool,
}

#[derive(Debug, Clone)]
enum Disposition {
    Inline,
    Attachment,
    Whole(String),
}

impl ResponsePolicy {
    pub(super) fn new(config: &ResponseConfig) -> Self {
        Self {
            disposition: config.content_disposition.as_deref().map(Disposition::new),
            content_type: config.content_type.clone(),
            cache_control: config.cache_control.clone(),
            unsafe_as_attachment: config.inline_unsafe == InlineUnsafe::Attachment,
        }
    }

    /// Whether the rule says itself whether objects are shown or saved.
    pub(super) const fn has_disposition(&self) -> bool {
        self.disposition.is_some()
    }

    /// The overrides for one object. `download` is the caller's wish to save it, under that name unless it is empty;
    /// `content_type` is the caller's wish for a type, which the rule's own overrules. A type that a browser runs is a
    /// download when it is the caller who wants it.
    pub(super) fn overrides(
        &self,
        key: &ObjectKey,
        download: Option<&str>,
        content_type: Option<&str>,
    ) -> ResponseOverrides {
        let wished = content_type.filter(|_| self.content_type.is_none());
        let download = download.or_else(|| wished.filter(|wished| is_unsafe_type(wished)).map(|_| ""));
        ResponseOverrides {
            content_disposition: self.content_disposition(key, download),
            content_type: self.content_type.as_deref().or(wished).map(str::to_owned),
            cache_control: self.cache_control.clone(),
        }
    }

    fn content_disposition(&self, key: &ObjectKey, download: Option<&str>) -> Option<String> {
        let own_name = key.file_name();
        if let Some(name) = download {
            return Some(disposition::attachment(if name.is_empty() { own_name } else { name }));
        }
        if self.unsafe_as_attachment && self.is_unsafe(own_name) {
            return Some(disposition::attachment(own_name));
        }
        self.disposition.as_ref().map(|disposition| match disposition {
            Disposition::Inline => disposition::inline(own_name),
            Disposition::Attachment => disposition::attachment(own_name),
            Disposition::Whole(value) => value.clone(),
        })
    }

    /// By the name's extension, and by the type that the rule itself gives. What type the store would send is not known
    /// here.
    fn is_unsafe(&self, file_name: &str) -> bool {
        let is_unsafe = |extension: &str| UNSAFE_EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension));
        file_name.rsplit_once('.').is_some_and(|(_, extension)| is_unsafe(extension.trim()))
            || self.content_type.as_deref().is_some_and(is_unsafe_type)
    }
}

impl Disposition {
    fn new(value: &str) -> Self {
        match value {
            _ if value.eq_ignore_ascii_case("inline") => Self::Inline,
            _ if value.eq_ignore_ascii_case("attachment") => Self::Attachment,
            _ => Self::Whole(value.to_owned()),
        }
    }
}

/// Whether a browser runs what is of this type.
pub(crate) fn is_unsafe_type(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("+xml") || UNSAFE_TYPES.contains(&essence.as_str())
}
