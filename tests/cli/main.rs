//! The program from outside: arguments, output, errors and exit codes.

#![cfg(test)]
#![cfg(all(feature = "s3", feature = "minio", feature = "gcs", feature = "azure", feature = "local"))]

mod check;
mod clearml_env;
mod docs;
mod doctor;
mod ending;
mod explain;
mod health;
mod help;
mod import_clearml;
mod policy;
mod secrets;
mod serving;
mod sign;
mod support;
mod webapp_conf;
