//! The gateway with Swift added: to be started through `presign_gateway::run`.

fn main() {}
