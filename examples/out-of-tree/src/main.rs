//! The gateway, with one more kind of backend.

use std::process::ExitCode;

use out_of_tree::Swift;
use presign_gateway::Registry;

fn main() -> ExitCode {
    presign_gateway::run(Registry::builtin().with::<Swift>())
}
