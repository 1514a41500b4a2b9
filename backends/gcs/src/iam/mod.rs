//! Signing without a key: IAM signs with one that it keeps to itself
//! ([`signBlob`](https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob)).
//!
//! Each signature is a call over the network, under a quota. So calls for one and the same text are one call, only so
//! many are under way at a time, retries are rationed, and after a run of failures nobody is asked for a while.

mod account;
mod breaker;
mod call;
mod retries;
mod verdict;

pub(crate) use account::{IamAccount, Surroundings};
