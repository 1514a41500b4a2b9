//! The program from outside: arguments, output, errors and exit codes.

#![cfg(all(test, feature = "s3", feature = "minio", feature = "gcs", feature = "azure", feature = "local"))]

mod check;
mod explain;
mod health;
mod help;
mod secrets;
mod sign;
mod support;
