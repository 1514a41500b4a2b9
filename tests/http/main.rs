//! The gateway over real sockets: what callers, browsers and badly behaved clients get to see of it.

#![cfg(test)]

mod admin;
mod apiserver;
mod batch;
mod cors;
mod existence;
mod fake_store;
mod forms;
mod links;
mod metrics;
mod refusals;
mod secrets;
mod server;
mod shelf;
mod tls;
mod wire;
mod world;
