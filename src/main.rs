//! The presign gateway's program.
use std::sync::Arc;
#[tokio::main]
async fn main() {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let env: Arc<dyn presign_core::Environment> = Arc::new(presign_gateway::environment::ProcessEnvironment);
    let source = presign_gateway::serve::Source::choose(std::env::args().nth(2).map(Into::into), env.as_ref());
    if let Err(e) =
        presign_gateway::serve::serve(source, presign_gateway::Registry::builtin(), env, &mut std::io::stdout()).await
    {
        eprintln!("{e}");
        std::process::exit(1)
    }
}
