//! Where tokens are looked for.

use fake_apiserver::{ALICE, BOB};
use presign_gateway::auth::AuthError;
use serde_json::json;

use crate::support::{LOGIN, USER, World, basic, bearer, cookie, headers};

#[tokio::test]
async fn nothing_sent_is_said_to_be_nothing() {
    let world = World::new().await;
    for request in [headers([]), cookie("other=1"), cookie("clearml_token_basic="), cookie("clearml_token_basic=\"\"")]
    {
        assert_eq!(world.known(&request), Some(Err(AuthError::NoneSent)), "{request:?}");
    }
}

#[tokio::test]
async fn every_configured_cookie_may_hold_the_token() {
    let world = World::new().await;
    let token = world.token(ALICE);
    for name in ["clearml_token_basic", "clearml-token-k8s", "allegro_token", "allegro_token_of_tenant"] {
        for value in [token.clone(), format!("\"{token}\"")] {
            let request = cookie(&format!("theme=dark; {name}={value}; x"));
            assert_eq!(world.who(&request).await.unwrap().user, ALICE.id, "{name}");
        }
    }
}

#[tokio::test]
async fn other_cookies_do_not_count() {
    let world = World::new().await;
    let token = world.token(ALICE);
    for name in ["Clearml_Token_Basic", "clearml_token_basic2", "x-clearml_token_basic", "token"] {
        assert_eq!(world.who(&cookie(&format!("{name}={token}"))).await, Err(AuthError::NoneSent), "{name}");
    }
}

#[tokio::test]
async fn a_wrong_cookie_before_the_right_one_does_no_harm() {
    let world = World::new().await;
    let (good, expired) = (world.token(ALICE), world.server.token(BOB, Some(-1)));
    for wrong in ["junk".to_owned(), expired, world.server.forged_token(BOB)] {
        let same_name = cookie(&format!("clearml_token_basic={wrong}; clearml_token_basic={good}"));
        let other_name = cookie(&format!("clearml_token_basic={wrong}; allegro_token={good}"));
        let other_header = headers([
            ("cookie", &format!("clearml_token_basic={wrong}")),
            ("cookie", &format!("clearml_token_basic={good}")),
        ]);
        for request in [same_name, other_name, other_header] {
            assert_eq!(world.who(&request).await.unwrap().user, ALICE.id, "{request:?}");
            assert_eq!(world.known(&request).unwrap().unwrap().user, ALICE.id, "known the second time: {request:?}");
        }
    }
}

#[tokio::test]
async fn of_two_good_cookies_the_first_name_in_the_configuration_counts() {
    let world = World::with(json!({"cookie_names": ["first", "second*"]})).await;
    let (alice, bob) = (world.token(ALICE), world.token(BOB));
    let request = cookie(&format!("second-x={bob}; first={alice}"));
    world.who(&cookie(&format!("second-x={bob}"))).await.unwrap();
    assert_eq!(world.who(&request).await.unwrap().user, ALICE.id);
}

#[tokio::test]
async fn of_several_bad_cookies_the_one_that_says_most_is_told() {
    let world = World::new().await;
    let expired = world.server.token(ALICE, Some(-1));
    for (first, second) in [("junk", expired.as_str()), (expired.as_str(), "junk")] {
        let request = cookie(&format!("clearml_token_basic={first}; allegro_token={second}"));
        assert_eq!(world.who(&request).await, Err(AuthError::Expired));
        assert_eq!(world.known(&request), Some(Err(AuthError::Expired)), "and the second time");
    }
}

#[tokio::test]
async fn the_header_beats_the_cookie_even_when_it_is_bad() {
    let world = World::new().await;
    let (alice, bob) = (world.token(ALICE), world.token(BOB));
    let with_cookie =
        |value: &str| headers([("authorization", value), ("cookie", &format!("clearml_token_basic={alice}"))]);
    assert_eq!(world.who(&with_cookie(&format!("Bearer {bob}"))).await.unwrap().user, BOB.id);
    let forged = world.server.forged_token(BOB);
    for (value, error) in [
        (format!("Bearer {forged}"), AuthError::Refused),
        ("Bearer junk".to_owned(), AuthError::Malformed),
        ("Bearer".to_owned(), AuthError::Malformed),
        (format!("bearer {bob}"), AuthError::UnsupportedScheme),
        (bob.clone(), AuthError::UnsupportedScheme),
        ("Digest x=1".to_owned(), AuthError::UnsupportedScheme),
        ("Basic YWxpY2U6bm9wZQ==".to_owned(), AuthError::Refused),
        ("Basic !!!".to_owned(), AuthError::Malformed),
        ("Basic abc".to_owned(), AuthError::Malformed),
        ("Basic YWxpY2U=".to_owned(), AuthError::Malformed),
        ("Basic".to_owned(), AuthError::Malformed),
    ] {
        assert_eq!(world.who(&with_cookie(&value)).await, Err(error), "{value}");
    }
    assert_eq!(world.who(&with_cookie("")).await.unwrap().user, ALICE.id, "an empty header is none");
}

#[tokio::test]
async fn two_authorization_headers_are_one_too_many() {
    let world = World::new().await;
    let good = format!("Bearer {}", world.token(ALICE));
    let request = headers([("authorization", &good), ("authorization", &good)]);
    assert_eq!(world.who(&request).await, Err(AuthError::Malformed));
}

#[tokio::test]
async fn a_token_that_no_server_would_take_is_not_sent_on() {
    let world = World::new().await;
    let long = format!("{}.{}.x", "a".repeat(3000), "b".repeat(3000));
    assert_eq!(world.who(&bearer(&long)).await, Err(AuthError::Malformed));
    assert_eq!(world.who(&cookie(&format!("clearml_token_basic={long}"))).await, Err(AuthError::NoneSent));
    assert_eq!(world.server.requests().len(), 1);
}

#[tokio::test]
async fn a_heap_of_cookies_makes_few_calls() {
    let world = World::new().await;
    let many: Vec<_> =
        (0..50).map(|index| format!("allegro_token{index}={}", world.server.forged_token(ALICE))).collect();
    assert_eq!(world.who(&cookie(&many.join("; "))).await, Err(AuthError::Refused));
    assert_eq!(world.calls(USER), 8);
}

#[tokio::test]
async fn nothing_but_the_credential_reaches_the_apiserver() {
    let world = World::new().await;
    let mut requests = [bearer(&world.token(ALICE)), basic(ALICE.login, ALICE.password), bearer(&world.token(BOB))];
    for request in &mut requests {
        for name in ["x-clearml-impersonate-as", "x-clearml-act-as", "x-trains-impersonate-as", "x-trains-act-as"] {
            request.insert(name, BOB.id.parse().unwrap());
        }
        request.insert("x-forwarded-for", "10.0.0.1".parse().unwrap());
        request.insert("cookie", "session=secret".parse().unwrap());
        world.who(request).await.unwrap();
    }
    assert_eq!((world.calls(USER), world.calls(LOGIN)), (2, 1));
    for recorded in world.server.requests() {
        let names: Vec<_> = recorded.headers.keys().map(|name| name.as_str().to_owned()).collect();
        let known = ["accept", "authorization", "host", "user-agent"];
        assert!(names.iter().all(|name| known.contains(&name.as_str())), "{names:?}");
    }
}
