//! The gateway in operation: changes without a restart, limits, audit, and what is told of it all.

#![cfg(test)]
#![cfg(all(feature = "s3", feature = "local"))]

mod audit;
mod certificate_end;
mod certificate_replaced;
mod documentation;
mod limits;
mod program;
mod reload;
mod reload_under_load;
mod traces;
#[path = "../config/validator.rs"]
mod validator;
