//! Many requests at once.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use fake_apiserver::ALICE;

use crate::support::{LOGIN, USER, World, basic, bearer};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_requests_with_one_unseen_token_make_one_call() {
    let world = Arc::new(World::new().await);
    let keys = basic(ALICE.login, ALICE.password);
    for (request, endpoint) in [(bearer(&world.token(ALICE)), USER), (keys, LOGIN)] {
        world.server.hold();
        let tasks: Vec<_> = (0..200)
            .map(|_| {
                let (world, request) = (Arc::clone(&world), request.clone());
                tokio::spawn(async move { world.who(&request).await })
            })
            .collect();
        world.server.called(endpoint, 1).await;
        world.server.release();
        for task in tasks {
            assert_eq!(task.await.unwrap().unwrap().user, ALICE.id);
        }
        assert_eq!(world.calls(endpoint), 1);
    }
}

#[tokio::test]
async fn when_the_first_to_ask_gives_up_the_others_still_get_the_answer() {
    let world = Arc::new(World::new().await);
    let request = bearer(&world.token(ALICE));
    world.server.hold();
    let spawn = || {
        let (world, request) = (Arc::clone(&world), request.clone());
        tokio::spawn(async move { world.who(&request).await })
    };
    let first = spawn();
    world.server.called(USER, 1).await;
    let second = spawn();
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    world.server.release();
    assert_eq!(second.await.unwrap().unwrap().user, ALICE.id);
    assert_eq!(world.calls(USER), 1);
}

#[tokio::test]
async fn when_all_give_up_nothing_is_left_behind() {
    let world = World::new().await;
    world.server.hold();
    {
        let request = bearer(&world.token(ALICE));
        let mut asking = pin!(world.who(&request));
        poll_fn(|context| {
            assert!(asking.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        assert!(format!("{:?}", world.auth).contains("Flights { count: 1 }"), "{:?}", world.auth);
    }
    assert!(format!("{:?}", world.auth).contains("Flights { count: 0 }"), "{:?}", world.auth);
    world.server.release();
    assert!(world.who(&bearer(&world.token(ALICE))).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_of_bad_tokens_makes_a_bounded_number_of_calls_at_once() {
    let world = Arc::new(World::new().await);
    world.server.hold();
    let tasks: Vec<_> = (0..300)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.who(&bearer(&world.server.forged_token(ALICE))).await })
        })
        .collect();
    world.server.called(USER, 64).await;
    world.server.release();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap_err().label(), "refused");
    }
    assert_eq!((world.calls(USER), world.server.most_in_flight()), (300, 64));
    assert!(format!("{:?}", world.auth).contains("Flights { count: 0 }"));
}
