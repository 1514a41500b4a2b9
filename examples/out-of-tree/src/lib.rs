//! A backend outside the gateway's tree: OpenStack Swift's temporary URLs.
//!
//! This is all that a new kind of store takes: a crate that depends on `presign-core`, a [`Backend`](presign_core::Backend)
//! that reads its part of the configuration, a [`Signer`](presign_core::Signer), and a call of `presign-testkit` in the
//! tests. The program in `main.rs` is the gateway with this kind added, and `gateway.yaml` configures it.
//!
//! ClearML reaches Swift through its S3 interface, so its objects are registered as `s3://host:port/container/key`. The
//! gateway answers with a [temporary URL](https://docs.openstack.org/swift/latest/api/temporary_url_middleware.html) of
//! Swift itself, which needs no S3 keys: one key of the account is enough.

mod backend;
mod signer;

pub use backend::{Swift, SwiftConfig};
pub use signer::SwiftSigner;
