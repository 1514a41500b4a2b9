//! Secrets stay secret.

use std::{
    fmt::Write as _,
    io,
    sync::{Arc, Mutex},
};

use fake_apiserver::{ALICE, Fault, SYSTEM, TOKEN_SECRET};
use presign_core::Readiness;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{World, and, basic, bearer, system_keys};

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_log_line_error_or_debug_output_holds_a_token_or_key() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // While there is only one dispatcher, tracing decides once for all threads, by the thread that comes first, whether
    // anybody listens to a log line. That may be the thread of another test.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut secrets = vec![SYSTEM.secret_key.to_owned(), TOKEN_SECRET.to_owned(), ALICE.password.to_owned()];
    let mut said = String::new();
    for fields in [
        system_keys(),
        and(system_keys(), json!({"validation": "validate_token"})),
        json!({"validation": "token_secret", "token_secret": {"env": "TOKEN_SECRET"}}),
    ] {
        let world = World::with(fields).await;
        for fault in [None, Some(Fault::RedisDown), Some(Fault::Disconnects), Some(Fault::Garbage)] {
            fault.map_or_else(|| world.server.mend(), |fault| world.server.fail(fault));
            let tokens = [world.token(ALICE), world.token(SYSTEM), world.server.forged_token(ALICE)];
            for token in tokens {
                write!(said, "{:?}", world.who(&bearer(&token)).await).unwrap();
                secrets.extend(token.split('.').skip(1).map(str::to_owned));
            }
            let keys = basic(ALICE.login, ALICE.password);
            write!(said, "{:?}", world.who(&keys).await).unwrap();
            secrets.push(keys["authorization"].to_str().unwrap()["Basic ".len()..].to_owned());
            if let Readiness::NotReady(reason) = world.auth.readiness() {
                said += &reason;
            }
        }
        write!(said, "{:?}", world.auth).unwrap();
    }
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("callers that are not known already are turned away"), "the log was not read");
    for secret in secrets {
        assert!(!said.contains(&secret), "{secret} in {said}");
        assert!(!logged.contains(&secret), "{secret} in the log");
    }
}
