//! The presign gateway's program, with all backends that it was compiled with.

use std::process::ExitCode;

use presign_gateway::Registry;

fn main() -> ExitCode {
    presign_gateway::run(Registry::builtin())
}
