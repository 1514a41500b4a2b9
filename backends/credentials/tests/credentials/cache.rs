//! A cache in front of a token service that is slow, down, or lies.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures::future::join_all;
use presign_core::{Clock, CredentialObserver, Readiness, RefreshOutcome, SignError, Timestamp};
use presign_credentials::{CredentialCache, CredentialSource, FetchError, Fetched, Policy};

#[derive(Debug, Default)]
struct Hand(AtomicI64);

impl Hand {
    fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        at(self.0.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

type Answer = Result<Fetched<&'static str>, FetchError>;

/// Gives its answers one after the other, each after a while; then none ever.
#[derive(Debug)]
struct Service {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    calls: Arc<AtomicUsize>,
    takes: Duration,
}

#[async_trait]
impl CredentialSource for Service {
    type Credential = &'static str;

    async fn fetch(&self, _: Timestamp) -> Answer {
        self.calls.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(self.takes).await;
        let next = self.answers.lock().unwrap().pop_front();
        match next {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }

    fn is_same(&self, one: &&'static str, other: &&'static str) -> bool {
        one == other
    }
}

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<RefreshOutcome>>);

impl CredentialObserver for Heard {
    fn refreshed(&self, outcome: RefreshOutcome) {
        self.0.lock().unwrap().push(outcome);
    }
}

struct World {
    cache: CredentialCache<Service>,
    clock: Arc<Hand>,
    calls: Arc<AtomicUsize>,
    heard: Arc<Heard>,
}

fn world(answers: impl IntoIterator<Item = Answer>) -> World {
    let clock = Arc::new(Hand::default());
    let calls = Arc::new(AtomicUsize::new(0));
    let heard = Arc::new(Heard::default());
    let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
    let service = Service { answers, calls: Arc::clone(&calls), takes: Duration::from_millis(50) };
    let (told, listens) = (Arc::clone(&clock), Arc::clone(&heard));
    World { cache: CredentialCache::new("store", service, told, listens, Policy::default()), clock, calls, heard }
}

impl World {
    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    async fn get(&self, until: i64) -> Result<&'static str, SignError> {
        self.cache.get(at(until)).await.map(|held| held.credential)
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

fn until(name: &'static str, end: i64) -> Fetched<&'static str> {
    Fetched::temporary(name, at(0), at(end))
}

fn down() -> FetchError {
    FetchError::unavailable("the token service is down")
}

#[tokio::test(start_paused = true)]
async fn a_thousand_first_requests_make_one_call() {
    let world = world([Ok(until("first", 3600))]);
    let all = join_all((0..1000).map(|_| world.get(900))).await;
    assert!(all.iter().all(|one| *one == Ok("first")));
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_call_goes_on_when_those_who_wait_give_up() {
    let world = world([Ok(until("first", 3600))]);
    assert!(tokio::time::timeout(Duration::from_millis(10), world.get(900)).await.is_err());
    assert_eq!(world.get(900).await, Ok("first"));
    assert_eq!(world.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_waits_for_some_seconds_and_not_longer() {
    let world = world([]);
    let started = tokio::time::Instant::now();
    let error = world.get(900).await.unwrap_err();
    assert_eq!(started.elapsed(), Policy::default().wait);
    assert!(matches!(error, SignError::Unavailable { retry_after: Some(_), .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_error_is_gone_with_its_pause() {
    let world = world([Err(down()), Ok(until("first", 3600))]);
    assert!(matches!(world.get(900).await, Err(SignError::Unavailable { retry_after: Some(_), .. })));
    assert!(world.get(900).await.is_err());
    assert_eq!(world.calls(), 1, "nobody is asked again at once");
    world.clock.set(1);
    assert_eq!(world.get(900).await, Ok("first"));
    assert_eq!(*world.heard.0.lock().unwrap(), [RefreshOutcome::Unavailable, RefreshOutcome::Refreshed]);
}

#[tokio::test(start_paused = true)]
async fn what_has_to_be_mended_is_not_called_an_outage() {
    let world = world([Err(FetchError::Refused("the role may not be assumed".to_owned()))]);
    assert_eq!(world.get(900).await, Err(SignError::Credentials("the role may not be assumed".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_keeps_the_old_credential_until_its_end_and_then_nothing() {
    let world = world([Ok(until("first", 3600)), Err(down()), Err(down())]);
    assert_eq!(world.get(900).await, Ok("first"));
    world.clock.set(3000);
    assert_eq!(world.get(6600).await, Ok("first"));
    assert_eq!(world.calls(), 2);
    assert!(matches!(world.cache.readiness(at(3000)), Readiness::Degraded(why) if why.contains("00:00Z")));
    world.clock.set(3599);
    assert!(world.cache.current().is_some());
    world.clock.set(3600);
    assert!(world.cache.current().is_none());
    assert!(matches!(world.get(4000).await, Err(SignError::Unavailable { .. })));
    assert!(matches!(world.cache.readiness(at(3600)), Readiness::NotReady(_)));
}

#[tokio::test(start_paused = true)]
async fn a_longer_link_gets_a_new_credential_but_not_when_the_old_one_is_as_good_as_new() {
    let world = world([Ok(until("first", 3600)), Ok(until("second", 4000))]);
    assert_eq!(world.get(900).await, Ok("first"));
    world.clock.set(300);
    assert_eq!(world.get(7200).await, Ok("first"));
    assert_eq!(world.calls(), 1);
    world.clock.set(400);
    assert_eq!(world.get(3900).await, Ok("second"));
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_was_handed_out_again_stays_the_same() {
    let world = world([Ok(until("first", 3600)), Ok(until("first", 3600)), Ok(until("second", 7200))]);
    let first = world.cache.get(at(900)).await.unwrap().info;
    world.clock.set(400);
    assert_eq!(world.cache.get(at(7200)).await.unwrap().info, first);
    world.clock.set(1000);
    let second = world.cache.get(at(7200)).await.unwrap().info;
    assert_eq!((first.generation, second.generation), (1, 2));
    assert_eq!(world.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_ended_already_is_no_credential() {
    let world = world([Ok(until("first", 0))]);
    let error = world.get(900).await.unwrap_err();
    assert!(error.to_string().contains("look at the clocks"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_shorter_credential_replaces_a_longer_one() {
    let world = world([Ok(until("long", 36_000)), Ok(until("short", 5000))]);
    assert_eq!(world.get(900).await, Ok("long"));
    world.clock.set(4000);
    assert_eq!(world.get(40_000).await, Ok("short"));
    assert_eq!(world.cache.info().unwrap().expires_at, Some(at(5000)));
}

#[tokio::test(start_paused = true)]
async fn it_is_kept_fresh_without_anybody_asking() {
    let world = world([Ok(until("first", 3600)), Err(down()), Ok(until("second", 7200))]);
    let watch = async {
        while world.calls() < 1 || world.cache.current().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        world.clock.set(1900);
        while world.heard.0.lock().unwrap().len() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(world.cache.current().unwrap().credential, "first");
        world.clock.set(1902);
        while world.cache.current().unwrap().credential != "second" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        () = world.cache.keep_fresh() => panic!("it ends only when it is dropped"),
        () = watch => {}
    }
    assert_eq!(world.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_does_not_keep_it_from_asking() {
    let world = world([Err(down()), Ok(until("first", 3600))]);
    world.clock.set(100_000);
    assert!(world.get(100_900).await.is_err());
    world.clock.set(0);
    assert_eq!(world.get(900).await, Ok("first"));
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_is_refused_early_is_replaced_once() {
    let world = world([Ok(until("first", 3600)), Ok(until("second", 3600))]);
    let first = world.cache.get(at(0)).await.unwrap();
    world.cache.reject(&first);
    assert!(world.cache.current().is_none());
    let second = world.cache.get(at(0)).await.unwrap();
    assert_eq!((second.credential, second.info.generation), ("second", 2));
    world.cache.reject(&first);
    assert_eq!(world.get(0).await, Ok("second"), "late news of the first");
    assert_eq!(world.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn debug_shows_no_credential() {
    let world = world([Ok(until("hunter2", 3600))]);
    assert_eq!(world.get(900).await, Ok("hunter2"));
    assert!(!format!("{:?}", world.cache).contains("hunter2"));
}
