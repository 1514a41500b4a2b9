//! A gateway that serves.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

/// Serves until it is dropped.
pub(crate) struct Serving {
    child: Child,
    pub(crate) ready: String,
}

impl Serving {
    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_presign-gateway"));
        command.args(arguments).env_clear().stdout(Stdio::piped()).stderr(Stdio::null());
        command.env("PRESIGN__SERVER__LISTEN", "127.0.0.1:0").env("PRESIGN__SERVER__ADMIN_LISTEN", "127.0.0.1:0");
        command.envs(environment.iter().copied());
        let mut child = command.spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        Self { child, ready }
    }

    /// The admin listener's address.
    pub(crate) fn admin(&self) -> &str {
        self.ready.trim().rsplit_once("http://").unwrap().1
    }

    /// The public listener's address.
    pub(crate) fn public(&self) -> &str {
        self.ready.split_once("http://").unwrap().1.split_once(' ').unwrap().0
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The whole answer to a GET on a connection that the server closes.
pub(crate) fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: gateway\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
