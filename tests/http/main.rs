//! The gateway over real sockets: what callers, browsers and badly behaved clients get to see of it.

#![cfg(test)]

mod admin;
mod apiserver;
mod batch;
mod consumers;
mod cors;
mod credentials;
mod ending;
mod existence;
mod fake_store;
mod forms;
mod lease;
mod links;
mod metrics;
mod object_store;
mod observed;
mod refusals;
mod respelling;
mod s3_store;
mod secrets;
mod server;
mod shelf;
mod stable;
mod streams;
mod stub_store;
mod tls;
mod ui;
mod uploads;
mod wire;
mod world;
