//! `fake-apiserver --listen ADDRESS`: says in one line of JSON where it listens and what to log in with, then serves.

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use clap::Parser;
use fake_apiserver::{ALICE, BOB, FakeApiserver, GUEST, SERVICES_AGENT, SYSTEM, TOKEN_SECRET};
use presign_core::{Clock, Timestamp};
use serde_json::{Value, json};

/// A stand-in for the ClearML apiserver.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

#[derive(Debug)]
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(i64::try_from(self.monotonic().as_secs()).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place of this program that asks for the time")]
    fn monotonic(&self) -> Duration {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let server = FakeApiserver::listen(Arguments::parse().listen, Arc::new(SystemClock)).await?;
    let mut output = io::stdout().lock();
    writeln!(output, "{}", description(&server))?;
    output.flush()?;
    drop(output);
    std::future::pending().await
}

fn description(server: &FakeApiserver) -> Value {
    const DAY: Option<i64> = Some(86_400);
    let revoked = server.token(ALICE, DAY);
    server.revoke(&revoked);
    let user_gone = server.token_with(ALICE, DAY, |claims| {
        if let Some(identity) = claims.get_mut("identity").and_then(Value::as_object_mut) {
            identity.insert("user".to_owned(), json!("90e90000000090e90000000090e90000"));
        }
    });
    json!({
        "url": server.url(),
        "access_key": SYSTEM.access_key,
        "secret_key": SYSTEM.secret_key,
        "admin_access_key": SERVICES_AGENT.access_key,
        "admin_secret_key": SERVICES_AGENT.secret_key,
        "user_access_key": ALICE.access_key,
        "user_secret_key": ALICE.secret_key,
        "token_secret": TOKEN_SECRET,
        "tokens": {
            "alice": server.token(ALICE, DAY),
            "bob": server.token(BOB, DAY),
            "guest": server.token(GUEST, DAY),
            "expired": server.token(ALICE, Some(-60)),
            "revoked": revoked,
            "bad_signature": server.forged_token(ALICE),
            "user_gone": user_gone,
            "services_agent": server.token(SERVICES_AGENT, DAY),
            "system": server.token(SYSTEM, None),
        },
    })
}
