//! The gateway over real sockets: what callers, browsers and badly behaved clients get to see of it.

#![cfg(test)]

mod admin;
mod apiserver;
mod batch;
mod cors;
mod credentials;
mod existence;
mod fake_store;
mod forms;
mod lease;
mod links;
mod metrics;
mod observed;
mod refusals;
mod secrets;
mod server;
mod shelf;
mod stable;
mod tls;
mod wire;
mod world;
