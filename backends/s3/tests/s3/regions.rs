//! Regions that are missing or wrong: what the store tells is used, and that it told nothing is not kept.

use std::time::Duration;

use futures::future::join_all;
use presign_core::{Endpoint, Scheme, SignError, Signer};
use serde_json::{Value, json};

use crate::{
    common::{ACCESS_KEY, SECRET_KEY, build},
    stub::{Answer, Stub, answer},
    world::World,
};

fn credentials() -> Value {
    json!({"source": "static", "access_key": ACCESS_KEY, "secret_key": {"env": "SECRET"}})
}

async fn world(stub: &Stub, region: Option<&str>) -> World {
    let config = json!({"region": region, "endpoint": stub.url(), "credentials": credentials()});
    World::of(config, &[("SECRET", SECRET_KEY)]).await.unwrap()
}

fn region(name: &str) -> Answer {
    Answer { headers: vec![("x-amz-bucket-region", name.to_owned())], ..answer(403, "") }
}

fn region_of(url: &str) -> &str {
    url.split_once("%2F20260102%2F").unwrap().1.split("%2F").next().unwrap()
}

#[tokio::test]
async fn a_region_that_is_not_configured_is_asked_for_once_for_each_bucket() {
    let stub = Stub::start(|asked| match asked.line().as_str() {
        "HEAD /bucket" => Some(Answer { takes: Duration::from_millis(50), ..region("eu-central-1") }),
        "HEAD /old" => Some(region("EU")),
        _ => None,
    })
    .await;
    let world = world(&stub, None).await;
    assert!(!world.has_link_now(), "where the bucket lies is not known yet");
    let all = join_all((0..100).map(|_| world.link())).await;
    assert!(all.iter().all(|url| region_of(url.as_ref().unwrap()) == "eu-central-1"));
    assert!(world.has_link_now());
    assert_eq!(region_of(&world.link_in("old").await.unwrap()), "eu-west-1");
    assert_eq!(stub.asked().len(), 2);
    assert!(stub.asked().iter().all(|asked| asked.header("authorization").is_empty()));
}

#[tokio::test]
async fn a_store_that_tells_nobody_is_asked_with_a_signature() {
    let stub = Stub::start(|asked| match asked.line() {
        line if line.starts_with("HEAD /") => Some(answer(403, "")),
        line if line.starts_with("GET /bucket?") && line.contains("&location=&X-Amz-Signature=") => Some(answer(
            200,
            "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">garage</LocationConstraint>",
        )),
        line if line.starts_with("GET /wrong?") => {
            Some(answer(400, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>"))
        }
        _ => Some(answer(403, "<Error><Code>AccessDenied</Code></Error>")),
    })
    .await;
    let world = world(&stub, None).await;
    assert_eq!(region_of(&world.link().await.unwrap()), "garage");
    assert_eq!(region_of(&world.link_in("wrong").await.unwrap()), "eu-west-3");
    let error = world.link_in("mute").await.unwrap_err();
    assert!(matches!(&error, SignError::Credentials(why) if why.contains("set `region`")), "{error}");
}

#[tokio::test]
async fn that_the_store_did_not_answer_is_not_kept() {
    let stub = Stub::start(|_| Some(answer(500, ""))).await;
    let world = world(&stub, None).await;
    assert!(matches!(world.link().await, Err(SignError::Unavailable { retry_after: Some(_), .. })));
    stub.now(|_| Some(region("not/a.region")));
    assert!(matches!(world.link().await, Err(SignError::Unavailable { .. })));
    stub.now(|_| Some(answer(404, "")));
    assert!(matches!(world.link().await, Err(SignError::NotServed(_))));
    stub.now(|_| Some(region("eu-north-1")));
    assert_eq!(region_of(&world.link().await.unwrap()), "eu-north-1");
}

#[tokio::test]
async fn a_wrong_region_is_put_right_in_the_background_and_old_links_are_dropped() {
    let stub = Stub::start(|asked| {
        let malformed = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>";
        asked.line().starts_with("GET /bucket?").then(|| answer(400, malformed))
    })
    .await;
    let world = world(&stub, Some("us-east-1")).await;
    let before = world.signer_info();
    assert!(world.has_link_now(), "a configured region is used at once");
    assert_eq!(region_of(&world.link().await.unwrap()), "us-east-1");
    assert!(stub.asked().is_empty(), "and nobody is asked on the way");
    world.keep_fresh_until(0, || world.signer_info().generation > before.generation).await;
    assert_eq!(region_of(&world.link().await.unwrap()), "eu-west-3");
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn a_right_region_is_verified_once_and_an_outage_is_no_answer() {
    let stub = Stub::start(|_| Some(answer(503, ""))).await;
    let world = world(&stub, Some("us-east-1")).await;
    assert!(world.has_link_now());
    world.keep_fresh_until(0, || stub.asked().len() == 1).await;
    stub.now(|_| Some(answer(200, "<LocationConstraint>default</LocationConstraint>")));
    world.keep_fresh_until(0, || stub.asked().len() == 2).await;
    for _ in 0..3 {
        assert_eq!(region_of(&world.link().await.unwrap()), "us-east-1");
    }
    assert_eq!(world.signer_info().generation, 0);
}

#[tokio::test]
async fn without_a_region_aws_is_known_by_the_hosts_of_all_regions() {
    for config in [json!({}), json!({"region": "auto"})] {
        let signer = build(config).await.unwrap();
        for host in ["s3.eu-west-1.amazonaws.com", "s3.amazonaws.com", "s3.dualstack.sa-east-1.amazonaws.com"] {
            assert!(signer.endpoints().contains(&Endpoint::provider(Scheme::S3, host)), "{host}");
        }
    }
}
