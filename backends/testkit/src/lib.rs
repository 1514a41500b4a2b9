//! The conformance suite for signers: what `presign_core::Signer` promises, checked on awkward keys.
//!
//! Every backend runs it in its tests, and so does a backend outside this repository:
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use presign_core::{ObjectKey, ObjectLocation, Operation, Scheme, Signer};
//! # async fn example(signer: Arc<dyn Signer>) {
//! presign_testkit::Suite::new(signer, |key| ObjectLocation::new(Scheme::S3, None, "bucket", key).unwrap())
//!     .operations(&[Operation::Get, Operation::Head])
//!     .hosts(["bucket.s3.eu-west-1.amazonaws.com"])
//!     .secrets(["the secret key that the signer was built with"])
//!     .run()
//!     .await;
//! # }
//! ```
//!
//! Run it on a runtime with several threads (`#[tokio::test(flavor = "multi_thread")]`), so that the hundred concurrent
//! signatures are truly concurrent. The suite touches neither network nor clock.

mod agreement;
mod attribution;
mod credential;
mod difference;
mod findings;
mod keys;
mod link;
mod multipart;
mod one_link;
mod refusal;
mod secrecy;
mod suite;
mod variant;

pub use difference::Difference;
pub use keys::awkward_keys;
pub use suite::Suite;
