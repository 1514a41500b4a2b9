//! Backend `local`: a folder that the gateway serves itself, under its own signed, expiring links.
//!
//! The object `local://<bucket>/<key>` is the regular file `<root>/<key>`. Its link leads back to the gateway
//! ([`presign_core::BuildContext::content_url`]), where [`presign_core::Content`] checks signature and time and then
//! sends the bytes: with ranges, conditions and `HEAD`, as an object store does. A link for `PUT` takes bytes, and is the
//! object once all of them have come; one for `DELETE` removes it.
//!
//! Three things are stricter than in a file server:
//!
//! * A link is good for one method, one key, one set of response overrides, and until it expires.
//! * A file is served only under its own name: not through a symbolic link, and not where the file system would take
//!   another spelling for the same (`a//b`, another case). What was authorized is what is sent.
//! * What a browser would run on the gateway's origin (HTML, SVG, scripts) is always an attachment.

mod answer;
mod backend;
mod body;
mod config;
mod content;
mod folder;
mod link;
mod media_type;
mod precondition;
mod presented;
mod range;
mod signer;
mod write;

pub use backend::Local;
pub use config::LocalConfig;
pub use signer::LocalSigner;
