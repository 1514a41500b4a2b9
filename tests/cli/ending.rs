//! How `serve` ends.

use crate::{
    serving::{Serving, get},
    support::run_bare,
};

const FOR_HOURS: [(&str, &str); 1] = [("PRESIGN__SERVER__LIMITS__DRAIN_DELAY", "2h")];

/// Asked over and over, because a signal takes its time.
fn until_draining(serving: &Serving) {
    let ready = format!("http://{}/readyz", serving.admin());
    while run_bare(&["health", "--url", &ready], "").code == 0 {}
    let said = run_bare(&["health", "--url", &ready], "").failed();
    assert_eq!(said, format!("{ready}: answers 503 Service Unavailable\n"));
}

#[test]
fn until_the_delay_is_over_requests_are_answered_and_connections_closed() {
    let mut serving = Serving::start(&[], &FOR_HOURS);
    serving.signal("TERM");
    until_draining(&serving);
    // Read to its end, which comes only because the server closes.
    let answer = get(serving.public(), "/");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert_eq!(run_bare(&["health", "--admin", serving.admin()], "").fine(), "alive\n");
    serving.signal("TERM");
    assert!(serving.ended().success(), "the second signal ends the wait");
}

#[test]
fn without_a_delay_sigterm_is_the_end() {
    let mut serving = Serving::start(&[], &[]);
    serving.signal("TERM");
    assert!(serving.ended().success());
}

#[test]
fn who_presses_ctrl_c_does_not_wait() {
    let mut serving = Serving::start(&[], &FOR_HOURS);
    serving.signal("INT");
    assert!(serving.ended().success());
}
