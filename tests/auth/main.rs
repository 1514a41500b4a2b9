//! Authentication from outside: `auth::build` against an apiserver that answers as the real one was recorded to.

#![cfg(test)]

mod cache;
mod carriers;
mod configuration;
mod flights;
mod health;
mod others;
mod outages;
mod secrets;
mod services;
mod support;
mod verdicts;
