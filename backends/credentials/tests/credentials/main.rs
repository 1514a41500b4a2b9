//! The cache from outside.

#[cfg(test)]
mod cache;
