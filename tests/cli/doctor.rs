//! `presign-gateway doctor`, beside an apiserver and a store.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::Command,
    sync::Arc,
    thread,
};

use fake_apiserver::{ALICE, Account, FakeApiserver, Fault, SERVICES_AGENT, SYSTEM, TOKEN_SECRET};
use presign_gateway::clock::SystemClock;

use crate::support::Ran;

const APP: &str = "https://app.ml.example";

/// An S3 store that has nothing, and lets pages of these origins read.
fn store(allowed_origin: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let head: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
            let from_page = head.iter().any(|line| line.eq_ignore_ascii_case(&format!("origin: {APP}")));
            let cors = if from_page && allowed_origin == APP {
                format!("access-control-allow-origin: {APP}\r\n")
            } else {
                String::new()
            };
            let answer = format!("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n{cors}\r\n");
            // A client that goes away is its own business.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

/// A server, and what the configuration says beside it.
struct World {
    apiserver: FakeApiserver,
    keys: Option<Account>,
    clearml: &'static str,
    server: &'static str,
    store: String,
}

impl World {
    async fn new() -> Self {
        let apiserver = FakeApiserver::start(Arc::new(SystemClock::start())).await.unwrap();
        let server = "public_url: 'https://app.ml.example/presign', base_path: /presign, login_url: 'https://app.ml.example/login'";
        Self { apiserver, keys: None, clearml: "", server, store: store(APP) }
    }

    fn config(&self) -> String {
        let keys =
            self.keys.map_or_else(String::new, |_| "access_key: {env: KEY}, secret_key: {env: SECRET}, ".to_owned());
        let (url, clearml, server, store) = (self.apiserver.url(), self.clearml, self.server, &self.store);
        format!(
            "server: {{{server}}}
auth: {{provider: clearml, clearml: {{{keys}{clearml}api_server: '{url}'}}}}
backends:
  minio: {{type: minio, endpoint: '{store}', credentials: {{source: static, access_key: A, secret_key: {{env: STORE_SECRET}}}}}}
rules: [{{name: all, match: {{bucket: clearml}}, backend: minio}}]
"
        )
    }

    /// What the program says.
    async fn doctor(&self) -> Ran {
        let mut file = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
        file.write_all(self.config().as_bytes()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_presign-gateway"));
        command.args(["doctor", "--config", file.path().to_str().unwrap()]).env_clear();
        let (key, secret) = self.keys.map_or(("", ""), |keys| (keys.access_key, keys.secret_key));
        command.envs([
            ("KEY", key),
            ("SECRET", secret),
            ("STORE_SECRET", "store-secret"),
            ("TOKEN_SECRET", TOKEN_SECRET),
        ]);
        let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Ran { output: text(done.stdout), errors: text(done.stderr), code: done.status.code().unwrap() };
        let shown = format!("{}{}", ran.output, ran.errors);
        for hidden in [SYSTEM.secret_key, ALICE.secret_key, "store-secret", "eyJ", "X-Amz-Signature"] {
            assert!(!shown.contains(hidden), "{hidden}: {shown}");
        }
        ran
    }

    /// The lines, of which each of these is one's start.
    async fn says(&self, code: i32, starts: &[&str]) {
        let ran = self.doctor().await;
        for start in starts {
            let found = ran.output.lines().any(|line| line.starts_with(start));
            assert!(found, "{start}\n{}{}", ran.output, ran.errors);
        }
        assert_eq!(ran.code, code, "{}{}", ran.output, ran.errors);
    }
}

#[tokio::test]
async fn with_a_system_key_every_way_works() {
    let world = World { keys: Some(SYSTEM), ..World::new().await };
    let all = [
        "auth: fine: ",
        "apiserver: fine: answers at http://127.0.0.1:",
        "access key: fine: ",
        "validation own_token: fine: works for users; the configured key is a service's",
        "validation validate_token: fine: works",
        "addresses: fine: ",
        "cookie: fine: 'clearml_token_basic' is one of",
        "cookie: ",
        "backend minio: fine: ",
        "backend minio, bucket clearml: fine: the store takes our signature",
        "backend minio, bucket clearml, pages of https://app.ml.example: fine: ",
    ];
    let world = World { server: "public_url: 'https://app.ml.example/presign', base_path: /presign", ..world };
    world.says(0, &all).await;
}

#[tokio::test]
async fn a_users_key_does_for_all_but_validate_token() {
    let world = World { keys: Some(ALICE), ..World::new().await };
    let role = "validation own_token: fine: works (tried with the configured key's own token, role user)";
    world.says(0, &[role, "validation validate_token: fine: not with the configured key: its role"]).await;
    let wrong =
        ["auth: NOT FINE: ", "validation validate_token: NOT FINE: not with the configured key: its role may not"];
    World { clearml: "validation: validate_token, ", ..world }.says(1, &wrong).await;
}

#[tokio::test]
async fn a_key_that_is_refused_is_told() {
    let mut stranger = ALICE;
    stranger.access_key = "NOBODY";
    let world = World { keys: Some(stranger), ..World::new().await };
    world.says(1, &["access key: NOT FINE: the apiserver refuses the configured access_key and secret_key (401"]).await;
}

#[tokio::test]
async fn the_token_secret_is_tried_on_a_fresh_token() {
    let world = World { keys: Some(SYSTEM), ..World::new().await };
    let right = World { clearml: "validation: token_secret, token_secret: {env: TOKEN_SECRET}, ", ..world };
    right.says(0, &["validation token_secret: fine: "]).await;
    let wrong = World { clearml: "validation: token_secret, token_secret: {env: STORE_SECRET}, ", ..right };
    wrong.says(1, &["validation token_secret: NOT FINE: the configured token_secret is not the apiserver's"]).await;
}

#[tokio::test]
async fn without_a_key_the_cookie_is_learned_by_logging_out_of_nothing() {
    let world = World { clearml: "cookie_names: [other], ", ..World::new().await };
    let cookie = "cookie: NOT FINE: the apiserver's is 'clearml_token_basic'";
    world.says(1, &["validation own_token: fine: needs no key", cookie]).await;
}

#[tokio::test]
async fn a_gateway_on_another_host_does_not_get_the_cookie() {
    let own_host = "public_url: 'https://presign.ml.example', cors_origins: ['https://app.ml.example']";
    let world = World { server: own_host, ..World::new().await };
    world.says(1, &["addresses: fine: ", "cookie: NOT FINE: stays on the host that sets it"]).await;
}

#[tokio::test]
async fn a_store_that_says_nothing_to_pages_is_doubtful_and_no_failure() {
    let world = World { keys: Some(SYSTEM), store: store(""), ..World::new().await };
    let world = World { server: "public_url: 'https://app.ml.example/presign', base_path: /presign", ..world };
    let pages = "backend minio, bucket clearml, pages of https://app.ml.example: DOUBTFUL: their scripts may not read";
    let ran = world.doctor().await;
    assert!(
        ran.output.contains(pages) && ran.output.contains(r#""AllowedOrigins":["https://app.ml.example"]"#),
        "{ran:?}"
    );
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[tokio::test]
async fn an_apiserver_that_is_not_there_or_is_another_program_is_told() {
    let world = World { keys: Some(SYSTEM), ..World::new().await };
    for (fault, said) in [
        (Fault::Garbage, "apiserver: NOT FINE: http://127.0.0.1:"),
        (Fault::Redirect, "apiserver: NOT FINE: http://127.0.0.1:"),
        (Fault::Disconnects, "apiserver: NOT FINE: http://127.0.0.1:"),
        (
            Fault::RedisDown,
            "validation validate_token: fine: the apiserver calls a token that it has just issued invalid",
        ),
    ] {
        world.apiserver.fail(fault);
        world.says(1, &[said]).await;
    }
}

#[tokio::test]
async fn a_service_whose_role_is_not_system_is_one_that_the_user_list_does_not_know() {
    let world = World { keys: Some(SERVICES_AGENT), ..World::new().await };
    let lines = ["validation own_token: fine: works for users; the configured key is a service's"];
    world.says(0, &lines).await;
}
