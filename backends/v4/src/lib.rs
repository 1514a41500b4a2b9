//! Query-string V4 signing: one algorithm in two dialects, [AWS's][aws] and [Google's][google]. Pure: no clock, no I/O.
//!
//! A pre-signed URL is a [`PresignRequest`] put into its canonical form, hashed, and signed within a credential's scope.
//! The URL is made of the very lines of the canonical request, so what is sent is what was signed, and everything is
//! percent-encoded exactly once.
//!
//! * [`HmacSigner`] signs with an access key and a secret (AWS4, and GOOG4 with an HMAC key). It derives a day's key
//!   once.
//! * [`Scope`] makes the [`Unsigned`] URL for whoever signs elsewhere (GOOG4 with an RSA key).
//!
//! ```
//! use presign_core::{ExpiresIn, Timestamp};
//! use presign_v4::{HmacSigner, PresignRequest};
//!
//! let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into();
//! let signer = HmacSigner::aws4("AKIAIOSFODNN7EXAMPLE", secret, "us-east-1", "s3");
//! let signed_at = Timestamp::parse_rfc3339("2013-05-24T00:00:00Z").unwrap();
//! let request = PresignRequest {
//!     host: &["examplebucket", ".s3.amazonaws.com"],
//!     path: &["/", "test.txt"],
//!     ..PresignRequest::new("GET", signed_at, ExpiresIn::from_seconds(86_400).unwrap())
//! };
//! let url = signer.sign(&request);
//! assert!(url.ends_with("604d404"));
//! ```
//!
//! [aws]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
//! [google]: https://cloud.google.com/storage/docs/authentication/canonical-requests

mod canonical;
mod dialect;
mod headers;
mod hex;
mod hmac_signer;
mod mac;
pub mod multipart;
mod query;
mod request;
mod scope;
mod unsigned;
mod written;

pub use hmac_signer::HmacSigner;
pub use request::PresignRequest;
pub use scope::Scope;
pub use unsigned::{Explanation, Unsigned};
pub use written::Written;
