//! The contract between the presign gateway and its backends.
//!
//! A *backend* is a kind of object store (`s3`, `minio`, `gcs`, `azure`, `local`). It is a factory ([`Backend`]) that
//! turns its part of the configuration into a [`Signer`]; a signer turns one [`SignRequest`] into one [`SignedUrl`].
//!
//! Three promises hold the design together:
//!
//! * **What is authorized is what is signed.** Rules and signers are given the same [`ObjectLocation`], whose
//!   [`ObjectKey`] is literal bytes, and [`encode`] is the only way from a key to the wire.
//! * **Time is an argument.** A signer never reads a clock: [`SignRequest::signed_at`] is the time.
//! * **Secrets are secret by type.** [`SignedUrl`] and every credential have a redacted `Debug` and no `Display`.
//!
//! A backend outside this repository depends on this crate alone, and runs the suite of `presign-testkit` in its tests.

mod backend;
mod buckets;
mod clock;
mod content;
mod credential;
pub mod disposition;
pub mod encode;
mod endpoint;
mod environment;
mod error;
mod expires_in;
mod human_duration;
mod key;
mod location;
mod multipart;
mod operation;
mod origin;
mod overrides;
mod policy;
mod problems;
mod scheme;
mod secret;
mod signed_url;
mod signer;
mod timestamp;

pub use backend::{Backend, BuildContext};
pub use buckets::Buckets;
pub use clock::{Clock, FixedClock};
pub use content::{Content, ContentBody, ContentError, ReceivedBody};
pub use credential::{CredentialInfo, CredentialObserver, NoObserver, RefreshOutcome};
pub use endpoint::{Endpoint, Layout};
pub use environment::{Environment, FixedEnvironment};
pub use error::{BuildError, Problem, SignError};
pub use expires_in::{ExpiresIn, InvalidExpiresIn};
pub use human_duration::HumanDuration;
pub use key::{InvalidKey, ObjectKey};
pub use location::{InvalidLocation, ObjectLocation};
pub use multipart::{FinishedPart, Multipart, PartLimits, SignedStep, Step};
pub use operation::Operation;
pub use origin::Origin;
pub use overrides::ResponseOverrides;
pub use policy::{AccessNeed, Policy};
pub use problems::Problems;
pub use scheme::Scheme;
pub use secret::{SecretRef, ValueRef};
pub use signed_url::SignedUrl;
pub use signer::{Audience, Readiness, SignRequest, Signer};
pub use timestamp::{InvalidTimestamp, Timestamp};
