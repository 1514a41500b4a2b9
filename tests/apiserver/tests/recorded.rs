//! The stand-in answers what the real apiserver was recorded to answer.

#![cfg(test)]

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use fake_apiserver::{ALICE, Account, BOB, COMPANY, FakeApiserver, Fault, SERVICES_AGENT, SYSTEM};
use presign_core::{Clock, FixedClock, Timestamp};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

const DAY: Option<i64> = Some(86_400);

struct Server {
    fake: FakeApiserver,
    client: Client,
}

impl Server {
    async fn start() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(FixedClock(Timestamp::from_unix(1_800_000_000)));
        assert_eq!(clock.monotonic(), Duration::ZERO);
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { fake: FakeApiserver::start(clock).await.unwrap(), client }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.fake.url()))
    }

    fn by(&self, path: &str, token: &str) -> RequestBuilder {
        self.get(path).bearer_auth(token)
    }

    fn validate(&self, token: &str) -> RequestBuilder {
        self.validate_with("application/json", &json!({ "token": token }).to_string())
    }

    fn validate_with(&self, content_type: &str, body: &str) -> RequestBuilder {
        self.get("/auth.validate_token")
            .basic_auth(SYSTEM.access_key, Some(SYSTEM.secret_key))
            .header("content-type", content_type)
            .body(body.to_owned())
    }

    fn token(&self, account: Account) -> String {
        self.fake.token(account, DAY)
    }
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// Status, subcode and message; the status is the envelope's too, and nobody is ever asked for a password.
async fn told(request: RequestBuilder) -> (u16, u64, String) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    assert!(response.headers().get("www-authenticate").is_none());
    assert_eq!(response.headers()["server"], "clearml");
    assert_eq!(response.headers()["content-type"], "application/json");
    let meta = json_of(response).await["meta"].clone();
    assert_eq!(meta["result_code"], status);
    (status, meta["result_subcode"].as_u64().unwrap(), meta["result_msg"].as_str().unwrap().to_owned())
}

async fn data(request: RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    json_of(response).await["data"].clone()
}

#[tokio::test]
async fn the_envelope_names_endpoint_and_versions() {
    let server = Server::start().await;
    for (path, requested, actual) in [
        ("/debug.ping", json!("2.34"), json!("1.0")),
        ("//debug.ping", json!("2.34"), json!("1.0")),
        ("/debug.ping/", json!("2.34"), json!("1.0")),
        ("/debug%2Eping", json!("2.34"), json!("1.0")),
        ("/debug.ping%0A", json!("2.34"), json!("1.0")),
        ("/v2.30/debug.ping", json!("2.30"), json!("1.0")),
        ("/v999.0/debug.ping", json!("999.0"), json!("1.0")),
        ("/v22/debug.ping", json!("22"), json!("1.0")),
        ("/v1.0/debug.ping", json!(1.0), json!(1.0)),
    ] {
        let envelope = json_of(server.get(path).send().await.unwrap()).await;
        let endpoint = json!({"name": "debug.ping", "requested_version": requested, "actual_version": actual});
        assert_eq!(envelope["meta"]["endpoint"], endpoint, "{path}");
        assert_eq!(envelope["meta"]["result_msg"], "OK");
        assert_eq!(envelope["meta"]["error_data"], json!({}));
        assert_eq!(envelope["data"], json!({"msg": "ClearML server"}));
    }
}

#[tokio::test]
async fn paths_that_name_nothing_are_refused_before_anybody_logs_in() {
    let server = Server::start().await;
    for path in [
        "/",
        "/auth",
        "/auth/login",
        "/api/debug.ping",
        "/v2/debug.ping",
        "/V2.30/debug.ping",
        "/2.30/debug.ping",
        "/v2.30//debug.ping",
        "/v2.1.3/debug.ping",
        "/debug.ping//",
        "/debug.ping.x",
        "/debug.p-ing",
        "/debug.ping;x",
    ] {
        assert_eq!(told(server.get(path)).await, (400, 0, format!("Invalid request path {path}")));
    }
    for (path, name, version) in [
        ("/no.such", "no.such", "2.34"),
        ("/v2.30/no.such", "no.such", "2.30"),
        ("/favicon.ico", "favicon.ico", "2.34"),
        ("/Debug.Ping", "Debug.Ping", "2.34"),
        ("/v0.9/debug.ping", "debug.ping", "0.9"),
        ("/v2.1/auth.logout", "auth.logout", "2.1"),
    ] {
        let message = format!("Unable to find endpoint for name {name} and version {version}");
        assert_eq!(told(server.get(path)).await, (404, 0, message));
    }
    let message = "Request path has invalid version: version=02.1, reason=Invalid leading zero in major: '02.1'";
    assert_eq!(told(server.get("/v02.1/debug.ping")).await, (400, 2, message.to_owned()));
}

#[tokio::test]
async fn refused_credentials_are_told_apart() {
    let server = Server::start().await;
    let unknown = "Unauthorized (invalid credentials) (failed to locate provided credentials)";
    let password = "Unauthorized (invalid credentials) (bad username or password)";
    let scheme = "Unauthorized (bad authentication header type)";
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    for (authorization, subcode, message) in [
        (basic("alice:nope"), 22, password),
        (basic("alice"), 22, password),
        (basic("mallory:x"), 22, unknown),
        (basic(":"), 22, unknown),
        ("Basic !!!".to_owned(), 22, unknown),
        ("Basic".to_owned(), 22, unknown),
        ("Basic abc".to_owned(), 21, "Unauthorized (malformed credentials) (Incorrect padding)"),
        (basic("alice:alice-password").replace("Basic", "basic"), 10, scheme),
        ("Digest x=1".to_owned(), 10, scheme),
        (String::new(), 20, "Unauthorized (missing credentials)"),
        ("Bearer junk".to_owned(), 30, "Invalid token (invalid jwt token): reason=Not enough segments"),
        ("Bearer".to_owned(), 30, "Invalid token (invalid jwt token): reason=Not enough segments"),
        ("Bearer a.b.c".to_owned(), 30, "Invalid token (invalid jwt token): reason=Invalid header padding"),
    ] {
        let answer = told(server.get("/auth.login").header("authorization", &authorization)).await;
        assert_eq!(answer, (401, subcode, message.to_owned()), "{authorization}");
    }
    assert_eq!(told(server.get("/auth.login")).await.1, 20);
    let two_blanks = basic("alice:alice-password").replace(' ', "  ");
    assert_eq!(told(server.get("/auth.login").header("authorization", two_blanks)).await.0, 200);
}

#[tokio::test]
async fn a_login_gives_a_token_and_sets_the_cookie() {
    let server = Server::start().await;
    let login = server.get("/auth.login").basic_auth(ALICE.access_key, Some(ALICE.secret_key));
    let response = login.send().await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    let token = json_of(response).await["data"]["token"].as_str().unwrap().to_owned();
    let attributes = "Max-Age=99999999999; HttpOnly; Path=/; SameSite=Lax";
    assert!(cookie.starts_with(&format!("clearml_token_basic={token}; Expires=")) && cookie.ends_with(attributes));
    for request in [
        server.by("/auth.login", &token),
        server.get("/auth.login").header("cookie", format!("clearml_token_basic={token}")),
    ] {
        assert!(data(request).await["token"].is_string());
    }
}

#[tokio::test]
async fn the_life_of_a_token_can_be_asked_for() {
    let server = Server::start().await;
    let login = |query: &str| server.get(&format!("/auth.login{query}")).basic_auth("alice", Some("alice-password"));
    let user = async |query: &str| {
        let token = data(login(query)).await["token"].as_str().unwrap().to_owned();
        told(server.by("/users.get_current_user", &token)).await
    };
    assert_eq!(user("").await.0, 200);
    assert_eq!(user("?expiration_sec=0").await.0, 200);
    assert_eq!(user("?expiration_sec=5").await.0, 200);
    let expired = "Invalid token (invalid jwt token): reason=Signature has expired";
    assert_eq!(user("?expiration_sec=-1").await, (401, 30, expired.to_owned()));
    let (status, subcode, message) = told(login("?expiration_sec=1000000000")).await;
    assert_eq!((status, subcode), (400, 12));
    assert!(message.contains("'1000000000' is bigger than maximum ('31536000')"), "{message}");
    assert_eq!(told(login("?expiration_sec=abc")).await.1, 12);
}

#[tokio::test]
async fn a_user_is_shown_to_itself() {
    let server = Server::start().await;
    let user = data(server.by("/users.get_current_user", &server.token(ALICE))).await["user"].clone();
    assert_eq!(user["id"], ALICE.id);
    assert_eq!(user["company"], json!({"id": COMPANY, "name": "clearml"}));
    assert_eq!((&user["name"], &user["role"]), (&json!("Alice User"), &json!("user")));
    let admin = server.fake.token_with(ALICE, DAY, |claims| claims["identity"]["role"] = json!("admin"));
    assert_eq!(data(server.by("/users.get_current_user", &admin)).await["user"]["role"], "admin", "the token's role");
    for token in [server.token(SYSTEM), server.token(SERVICES_AGENT)] {
        let answer = told(server.by("/users.get_current_user", &token)).await;
        assert_eq!(answer, (400, 300, "Invalid user (failed loading user)".to_owned()));
    }
}

#[tokio::test]
async fn tokens_are_validated_for_services_only() {
    let server = Server::start().await;
    let token = server.token(ALICE);
    assert_eq!(data(server.validate(&token)).await, json!({"valid": true, "user": ALICE.id, "company": COMPANY}));
    let gone = server.fake.token_with(ALICE, DAY, |claims| claims["identity"]["user"] = json!("gone"));
    assert_eq!(data(server.validate(&gone)).await["valid"], true, "the user list is not asked");
    for account in [ALICE, SERVICES_AGENT] {
        let answer = told(server.by("/auth.validate_token", &server.token(account))).await;
        let message = format!("Forbidden (not allowed for role): role={}, allowed=(system, root)", account.role);
        assert_eq!(answer, (403, 20, message));
    }
    let body = json!({ "token": token }).to_string();
    let form = server.validate_with("application/x-www-form-urlencoded", &body);
    let message = "Validation error (error for field 'token'. field is required!)";
    assert_eq!(told(form).await, (400, 12, message.to_owned()));
    let form = server.validate_with("application/x-www-form-urlencoded", &format!("token={token}"));
    assert_eq!(data(form).await["valid"], true);
    assert_eq!(data(server.validate_with("text/plain", &body)).await["valid"], true);
    let array = server.validate_with("application/json", "[]");
    assert_eq!(told(array).await, (500, 0, "Data should be a dict".to_owned()));
    assert_eq!(told(server.validate_with("application/json", "{bad")).await.0, 400);
}

#[tokio::test]
async fn invalid_tokens_are_told_apart() {
    let server = Server::start().await;
    let with = |name: &str, value: Value| server.fake.token_with(ALICE, DAY, |claims| claims[name] = value);
    for (token, message) in [
        (server.fake.forged_token(ALICE), "Signature verification failed"),
        (server.fake.token(ALICE, Some(-60)), "Signature has expired"),
        (server.fake.token(ALICE, Some(0)), "Signature has expired"),
        ("garbage".to_owned(), "Not enough segments"),
        (String::new(), "Not enough segments"),
        ("a.b.c".to_owned(), "Invalid header padding"),
        ("eyJhbGciOiJub25lIn0.e30.".to_owned(), "When alg = \"none\", key value must be None."),
        (with("nbf", json!(1_900_000_000)), "The token is not yet valid (nbf)"),
        (with("iat", json!(1_900_000_000)), "The token is not yet valid (iat)"),
        (with("aud", json!("x")), "Invalid audience"),
        (with("exp", json!("x")), "Expiration Time claim (exp) must be an integer."),
        (with("identity", Value::Null), "tuple index out of range"),
    ] {
        assert_eq!(data(server.validate(&token)).await, json!({"valid": false, "msg": message}));
    }
    let roleless = with("identity", json!({"user": "u", "company": "c"}));
    assert_eq!(told(server.validate(&roleless)).await, (500, 0, "tuple index out of range".to_owned()));
}

#[tokio::test]
async fn a_logout_ends_one_session() {
    let server = Server::start().await;
    let (token, other) = (server.token(ALICE), server.token(ALICE));
    let logout = server.by("/auth.logout", &token).send().await.unwrap();
    assert!(
        logout.headers()["set-cookie"].to_str().unwrap().starts_with("clearml_token_basic=; Expires=Thu, 01 Jan 1970")
    );
    assert_eq!(data(server.validate(&token)).await, json!({"valid": false, "user": ALICE.id, "company": COMPANY}));
    let revoked = (401, 30, "Invalid token (revoked token)".to_owned());
    for endpoint in ["/users.get_current_user", "/auth.login", "/auth.logout"] {
        assert_eq!(told(server.by(endpoint, &token)).await, revoked);
    }
    assert_eq!(data(server.by("/login.supported_modes", &token)).await["authenticated"], false);
    assert_eq!(data(server.by("/login.supported_modes", &other)).await["authenticated"], true);
    assert_eq!(data(server.get("/login.logout")).await, json!({}));
    assert_eq!(told(server.get("/auth.logout")).await.1, 20);
}

#[tokio::test]
async fn without_redis_nobody_knows_who_logged_out() {
    let server = Server::start().await;
    server.fake.fail(Fault::RedisDown);
    let message = "Error 111 connecting to 127.0.0.1:6379. Connection refused.";
    assert_eq!(data(server.validate(&server.token(ALICE))).await, json!({"valid": false, "msg": message}));
    let bearer = server.by("/users.get_current_user", &server.token(ALICE));
    assert_eq!(told(bearer).await, (500, 0, message.to_owned()));
    assert_eq!(told(server.get("/auth.login").basic_auth("alice", Some("alice-password"))).await.0, 200);
}

#[tokio::test]
async fn services_may_take_anothers_place() {
    let server = Server::start().await;
    let (system, admin, alice) = (server.token(SYSTEM), server.token(SERVICES_AGENT), server.token(ALICE));
    let user = |token: &str, header: &str, id: &str| server.by("/users.get_current_user", token).header(header, id);
    for header in ["x-clearml-impersonate-as", "x-trains-impersonate-as"] {
        assert_eq!(data(user(&system, header, ALICE.id)).await["user"]["role"], "user");
    }
    assert_eq!(data(user(&admin, "x-clearml-act-as", ALICE.id)).await["user"]["role"], "admin");
    let refused = (400, 6, "Impersonation error (impersonation not allowed): role=user".to_owned());
    assert_eq!(told(user(&alice, "x-clearml-impersonate-as", BOB.id)).await, refused);
    assert_eq!(told(user(&alice, "x-clearml-impersonate-as", "")).await.0, 200);
    assert_eq!(told(user(&system, "x-clearml-impersonate-as", "ghost")).await.1, 6);
    let both = user(&system, "x-clearml-impersonate-as", ALICE.id).header("x-clearml-act-as", ALICE.id);
    assert_eq!(told(both).await.1, 5);
    let validate = |header: &str| server.validate(&alice).header(header, ALICE.id);
    assert_eq!(told(validate("x-clearml-impersonate-as")).await.0, 403);
    assert_eq!(told(validate("x-clearml-act-as")).await.0, 200);
    let ping = server.get("/debug.ping").header("x-clearml-act-as", ALICE.id);
    assert_eq!(told(ping).await, (500, 1, "Internal server error (validating impersonation)".to_owned()));
}

#[tokio::test]
async fn the_header_counts_before_the_cookie_and_of_two_cookies_the_first() {
    let server = Server::start().await;
    let token = server.token(ALICE);
    let status = async |cookie: String, authorization: Option<&str>| {
        let mut request = server.get("/users.get_current_user").header("cookie", cookie);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        told(request).await.0
    };
    let name = "clearml_token_basic";
    assert_eq!(status(format!("{name}={token}"), None).await, 200);
    assert_eq!(status(format!("{name}=\"{token}\""), None).await, 200);
    assert_eq!(status(format!("{name}={token}"), Some("Bearer junk")).await, 401);
    assert_eq!(status(format!("{name}=junk"), Some(&format!("Bearer {token}"))).await, 200);
    assert_eq!(status(format!("{name}={token}; {name}=junk"), None).await, 200);
    assert_eq!(status(format!("{name}=junk; {name}={token}"), None).await, 401);
    assert_eq!(status(format!("{name}="), None).await, 401);
    assert_eq!(status(format!("Clearml_Token_Basic={token}"), None).await, 401);
}
