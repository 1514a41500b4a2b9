//! HTTP: requests in, answers out.

mod path_form;
mod query;
mod request;

pub use request::{InvalidRequest, ObjectRequest};
