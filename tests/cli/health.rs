//! `serve`, which needs no configuration and no word, and `health`, which asks it.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use crate::support::run_bare;

/// A gateway that serves, until it is dropped.
struct Serving {
    child: Child,
    ready: String,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_presign-gateway"));
        command.args(arguments).env_clear().stdout(Stdio::piped()).stderr(Stdio::null());
        command.env("PRESIGN__SERVER__LISTEN", "127.0.0.1:0").env("PRESIGN__SERVER__ADMIN_LISTEN", "127.0.0.1:0");
        let mut child = command.spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        Self { child, ready }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_gateway_that_serves_is_alive() {
    for arguments in [[].as_slice(), &["serve"], &["serve", "--log-format", "json"]] {
        let serving = Serving::start(arguments);
        assert!(serving.ready.starts_with("presign-gateway ready: public http://127.0.0.1:"), "{}", serving.ready);
        let admin = serving.ready.trim().rsplit_once("http://").unwrap().1;
        assert_eq!(run_bare(&["health", "--admin", admin], "").fine(), "alive\n");
    }
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
