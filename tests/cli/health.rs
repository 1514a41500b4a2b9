//! `serve`, which needs no configuration and no word, and `health`, which asks it.

use std::{net::TcpListener, process::Command};

use crate::{serving::Serving, support::run_bare};

#[test]
fn a_gateway_that_serves_is_alive() {
    for arguments in [[].as_slice(), &["serve"], &["serve", "--log-format", "json"]] {
        let serving = Serving::start(arguments, &[]);
        assert!(serving.ready.starts_with("presign-gateway ready: public http://127.0.0.1:"), "{}", serving.ready);
        assert_eq!(run_bare(&["health", "--admin", serving.admin()], "").fine(), "alive\n");
    }
}

#[test]
fn another_gateway_is_asked_by_url() {
    let serving = Serving::start(&[], &[]);
    let ready = format!("http://{}/readyz", serving.admin());
    assert_eq!(run_bare(&["health", "--url", &ready], "").fine(), "alive\n");
    let nothing = format!("http://{}/nothing", serving.admin());
    let said = run_bare(&["health", "--url", &nothing], "").failed();
    assert_eq!(said, format!("{nothing}: answers 404 Not Found\n"));
}

#[test]
fn a_gateway_that_is_not_there_is_not_alive() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let said = run_bare(&["health", "--admin", &address], "").failed();
    assert_eq!(said, format!("http://{address}/livez: cannot be reached\n"));
}

#[test]
fn the_admin_listener_is_the_configured_one() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let mut command = Command::new(env!("CARGO_BIN_EXE_presign-gateway"));
    let done = command.arg("health").env_clear().env("PRESIGN__SERVER__ADMIN_LISTEN", address.to_string()).output();
    let done = done.unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains(&format!("http://{address}/livez")));
}

#[test]
fn a_port_that_was_chosen_at_start_cannot_be_known() {
    let said = run_bare(&["health", "--admin", "127.0.0.1:0"], "").failed();
    assert!(said.contains("--admin"), "{said}");
}
