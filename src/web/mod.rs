//! HTTP: requests in, answers out.
//!
//! Warp's filters take a request apart; [`crate::request`] understands it, [`crate::gateway`] decides, and the answer's form
//! follows from what the caller accepts ([`context`]).

mod answer;
mod batch;
mod body;
mod client;
mod code;
mod content;
mod context;
mod cors;
mod demo;
mod files;
mod head;
mod header_names;
mod link;
mod methods;
mod objects;
mod page;
mod passed_on;
mod presign;
mod problem;
mod refused;
mod reply;
mod request_id;
mod routes;
mod ui;
mod upload_bodies;
mod uploads;

pub use code::Code;
pub use demo::Demo;
pub(crate) use problem::Problem;
pub use routes::{Web, routes};
