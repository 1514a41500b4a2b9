//! Behind a ClearML server.

use std::sync::Arc;

use fake_apiserver::{ALICE, FakeApiserver, Fault};
use presign_core::{Clock, Timestamp};

use crate::{
    wire::Answer,
    world::{ManualClock, START, Setup, World},
};

struct Behind {
    world: World,
    server: FakeApiserver,
}

impl Behind {
    async fn new() -> Self {
        let clock = ManualClock::new();
        let server = FakeApiserver::start(Arc::<ManualClock>::clone(&clock) as Arc<dyn Clock>).await.unwrap();
        let auth = format!("provider: clearml, clearml: {{api_server: '{}', validation: own_token}}", server.url());
        Self { world: World::with(Setup { auth, clock, ..Setup::default() }).await, server }
    }

    async fn get(&self, token: &str) -> Answer {
        let cookie = format!("clearml_token_basic={token}");
        self.world.ask("GET", "/?url=gs://ml/k", &[("Cookie", &cookie)]).await
    }
}

#[tokio::test]
async fn a_logged_in_user_is_redirected_until_the_logout() {
    let Behind { world, server } = Behind::new().await;
    let behind = Behind { world, server };
    let token = behind.server.token(ALICE, Some(86_400));
    assert_eq!(behind.get(&token).await.status, 302);
    behind.server.revoke(&token);
    behind.world.clock.advance(61);
    let answer = behind.get(&token).await;
    assert_eq!(answer.status, 401);
    assert!(answer.json()["detail"].as_str().unwrap().contains("revoked"), "{}", answer.body);
}

#[tokio::test]
async fn an_outage_is_no_refusal() {
    let behind = Behind::new().await;
    for fault in [Fault::Disconnects, Fault::Garbage, Fault::Unavailable, Fault::ForeignRefusal, Fault::Redirect] {
        behind.server.fail(fault);
        let answer = behind.get(&behind.server.token(ALICE, Some(86_400))).await;
        assert_eq!((answer.status, &answer.json()["code"]), (503, &"unavailable".into()), "{fault:?}");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0, "{fault:?}");
    }
    let failed = behind.world.metrics("presign_auth_calls_total{outcome=\"failed\"}");
    assert!(!failed.is_empty() && !failed[0].ends_with(" 0"), "{failed:?}");
}

#[tokio::test]
async fn a_token_about_to_end_gets_no_link() {
    let behind = Behind::new().await;
    let answer = behind.get(&behind.server.token(ALICE, Some(30))).await;
    assert_eq!((answer.status, &answer.json()["code"]), (401, &"unauthenticated".into()));
    assert!(answer.json()["detail"].as_str().unwrap().contains("expired"), "{}", answer.body);
}

#[tokio::test]
async fn no_link_outlives_the_token_it_was_asked_with() {
    let behind = Behind::new().await;
    let answer = behind.get(&behind.server.token(ALICE, Some(300))).await;
    assert_eq!((answer.status, answer.header("cache-control")), (302, "private, max-age=240"));
    let expires = Timestamp::parse_rfc3339(answer.header("x-presign-expires")).unwrap();
    assert_eq!(expires, Timestamp::from_unix(START + 300));
    assert!(answer.location().contains("X-Goog-Expires=300&"), "{}", answer.location());
    let clamped = behind.world.metrics("presign_ttl_clamped_total");
    assert_eq!(clamped, ["presign_ttl_clamped_total{backend=\"google\",bound=\"token\"} 1"]);
}
