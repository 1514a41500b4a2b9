//! Rules, through their public interface: what they match, whom they let in, and what they refuse to load.

#![cfg(test)]

mod authorizing;
mod coverage;
mod loading;
mod matching;
mod properties;
mod response;
mod support;
mod warnings;
