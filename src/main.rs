//! The presign gateway's program, with all backends that it was compiled with.

use std::process::ExitCode;

use presign_gateway::Registry;

/// A request allocates some fifty times; this allocator takes half the time of the C library's (benches/http).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    presign_gateway::run(Registry::builtin())
}
