//! The same object asked for again has the same link, for a while.

use crate::{
    credentials::world,
    world::{Setup, World},
};

const URL: &str = "/?url=gs://ml/loss.png";

#[tokio::test]
async fn two_gateways_sign_alike_within_a_window_and_anew_in_the_next() {
    let (one, other) = (World::new().await, World::new().await);
    let first = one.get(URL).await;
    one.clock.advance(299);
    other.clock.advance(150);
    assert_eq!(one.get(URL).await.location(), first.location());
    assert_eq!(other.get(URL).await.location(), first.location());
    one.clock.advance(1);
    let next = one.get(URL).await;
    assert_ne!(next.location(), first.location());
    assert_eq!(first.header("x-presign-expires"), "2027-01-15T08:10:00Z");
    assert_eq!(next.header("x-presign-expires"), "2027-01-15T08:15:00Z");
}

#[tokio::test]
async fn a_redirect_is_forgotten_before_its_link_ends_wherever_in_the_window_it_was_made() {
    let world = World::new().await;
    for (seconds, left) in [(0, 600), (100, 500), (199, 301)] {
        world.clock.advance(seconds);
        assert_eq!(world.get(URL).await.header("cache-control"), format!("private, max-age={}", left - 60));
    }
}

#[tokio::test]
async fn without_a_window_every_second_has_its_own_link() {
    let world = World::with(Setup { signing: "min_ttl: 40s, stable_window: 0".into(), ..Setup::default() }).await;
    let first = world.get(URL).await;
    world.clock.advance(1);
    assert_ne!(world.get(URL).await.location(), first.location());
}

#[tokio::test]
async fn a_link_is_never_dated_before_its_credential() {
    let world = world("lives: [100, 3600]", "min_ttl: 20s", "5m").await;
    world.clock.advance(100);
    assert!(world.get("/?url=s3://b/k").await.location().contains("date=20270115T080140Z&life=40&"));
    world.clock.advance(100);
    let renewed = world.get("/?url=s3://b/k").await;
    assert!(renewed.location().contains("credential=2&"), "{}", renewed.location());
    assert!(renewed.location().contains("date=20270115T080320Z&"), "{}", renewed.location());
}

#[tokio::test]
async fn a_signature_that_takes_long_is_made_once_a_window() {
    let world = world("lives: [36000], slow: true", "min_ttl: 2m", "15m").await;
    let url = "/?url=s3://b/k";
    let first = world.get(url).await;
    assert_eq!(world.get(url).await.location(), first.location());
    assert_ne!(world.get("/?url=s3://b/other").await.location(), first.location());
    assert_ne!(world.get("/?url=s3://b/k&expires_in=300").await.location(), first.location());
    assert_ne!(world.alice("HEAD", url, &[]).await.location(), first.location());
    world.clock.advance(300);
    assert_ne!(world.get(url).await.location(), first.location());
    let found = world.metrics("presign_link_cache_total");
    assert_eq!(
        found,
        [
            r#"presign_link_cache_total{backend="lease",result="hit"} 1"#,
            r#"presign_link_cache_total{backend="lease",result="miss"} 5"#
        ]
    );
}

#[tokio::test]
async fn a_remembered_link_goes_with_its_credential() {
    let world = world("lives: [600, 36000], slow: true", "min_ttl: 2m", "30m").await;
    let url = "/?url=s3://b/k";
    assert!(world.get(url).await.location().contains("credential=1&signature=0&"));
    world.clock.advance(100);
    let renewed = world.get(url).await;
    assert!(renewed.location().contains("credential=2&signature=1&"), "{}", renewed.location());
}

#[tokio::test]
async fn nothing_is_remembered_where_the_operator_wants_it_so() {
    let world = world("lives: [36000], slow: true", "min_ttl: 2m, link_cache_entries: 0", "15m").await;
    assert_ne!(world.get("/?url=s3://b/k").await.location(), world.get("/?url=s3://b/k").await.location());
}

#[tokio::test]
async fn a_link_names_who_asked_for_it_where_the_operator_wants_it_so() {
    let named = world("lives: [36000], attribution: plain", "min_ttl: 2m", "15m").await;
    assert!(named.get("/?url=s3://b/k").await.location().contains("&by=alice&"));
    let hashed = world("lives: [36000], attribution: hashed", "min_ttl: 2m", "15m").await;
    // printf alice | sha256sum | head -c 32
    let expected = "&by=2bd806c97f0e00af1a1fc3328fa763a9&";
    assert!(hashed.get("/?url=s3://b/k").await.location().contains(expected));
    let unnamed = world("lives: [36000]", "min_ttl: 2m", "15m").await;
    assert!(unnamed.get("/?url=s3://b/k").await.location().contains("&by=&"));
}
