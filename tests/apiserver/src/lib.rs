//! A stand-in for the ClearML apiserver: answers what version 2.3.0 was recorded to answer.
//!
//! It knows five accounts ([`Account`]), issues and checks real tokens (HS256), remembers who logged out, counts what
//! it was asked ([`FakeApiserver::calls`]) and fails in every way that the real one, or a network before it, was seen
//! to fail ([`Fault`]). Time comes from the caller's [`presign_core::Clock`], so that tokens end when a test says so.

mod account;
mod answer;
mod authorize;
mod base64_lenient;
mod endpoint;
mod fault;
mod login;
mod parameters;
mod path;
mod records;
mod respond;
mod server;
mod state;
mod token;

pub use account::{ALICE, Account, BOB, COMPANY, GUEST, SERVICES_AGENT, SYSTEM};
pub use fault::Fault;
pub use records::Recorded;
pub use server::FakeApiserver;
pub use token::TOKEN_SECRET;
