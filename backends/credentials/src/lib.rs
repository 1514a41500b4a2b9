//! Credentials that end: fetched once for all who wait, and again before each ends.
//!
//! A backend says in a [`CredentialSource`] how its credential is fetched; a [`CredentialCache`] decides when. The
//! signer asks the cache for what is at hand ([`CredentialCache::current`], never waiting), and passes
//! `Signer::credential`, `renew`, `keep_fresh` and `readiness` on to it.

mod cache;
mod http;
mod policy;
mod schedule;
mod source;
mod state;

pub use cache::CredentialCache;
pub use http::{http_client, http_client_builder, local_http_client};
pub use policy::Policy;
pub use source::{CredentialSource, FetchError, Fetched, Held};
