//! The backend from outside: sign a link, open it.

#![cfg(test)]

mod client;
mod links;
mod objects;
mod writes;
