//! The program, with a folder of its own for its configuration.

use std::{
    fs,
    future::Future,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::{Client, Response, redirect::Policy};
use serde_json::Value;
use tempfile::TempDir;

/// How long something may take that does happen.
const SOON: Duration = Duration::from_secs(30);

/// The program, running.
pub(crate) struct Program {
    process: Child,
    public: String,
    admin: String,
    folder: TempDir,
    output: Arc<Mutex<Vec<String>>>,
    client: Client,
}

/// Asks until the answer is there.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, asking).await.unwrap_or_else(|_| panic!("it did not happen: {what}"))
}

impl Program {
    /// Writes files into a new folder, and starts with the one that is called `gateway.yaml`. `FOLDER` in the files is
    /// the folder.
    pub(crate) fn start(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            write(folder.path(), name, text);
        }
        Self::start_in(folder, "gateway.yaml")
    }

    /// Starts with a configuration in a folder that is there already.
    pub(crate) fn start_in(folder: TempDir, config: &str) -> Self {
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_presign-gateway"))
            .arg("--config")
            .arg(folder.path().join(config))
            .env("PRESIGN__SERVER__LISTEN", "127.0.0.1:0")
            .env("PRESIGN__SERVER__ADMIN_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = lines.next().unwrap_or_else(|| panic!("{}", log_of(folder.path()))).unwrap();
        let words: Vec<&str> = ready.split_whitespace().collect();
        let after = |word: &str| words[words.iter().position(|found| *found == word).unwrap() + 1].to_owned();
        let (public, admin) = (after("public"), after("admin"));
        let output = Arc::new(Mutex::new(Vec::new()));
        let lines_so_far = Arc::clone(&output);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                lines_so_far.lock().unwrap().push(line);
            }
        });
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { process, public, admin, folder, output, client }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces a file as editors do: by another one under its name.
    pub(crate) fn replace(&self, name: &str, text: &str) {
        write(self.folder.path(), "new", text);
        fs::rename(self.path("new"), self.path(name)).unwrap();
    }

    /// Where clients are served: `https://127.0.0.1:…`, or `http`.
    pub(crate) fn public(&self) -> &str {
        &self.public
    }

    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    }

    /// Waits for the end, after a signal that asks for it. Whether it was an orderly one.
    pub(crate) fn ends_well(&mut self) -> bool {
        self.process.wait().unwrap().success()
    }

    /// What came on standard output after the first line.
    pub(crate) fn output(&self) -> Vec<String> {
        self.output.lock().unwrap().clone()
    }

    /// The log so far.
    pub(crate) fn log(&self) -> String {
        log_of(self.folder.path())
    }

    pub(crate) async fn ask(&self, target: &str, token: &str) -> Response {
        self.client.get(format!("{}{target}", self.public)).bearer_auth(token).send().await.unwrap()
    }

    /// Asks with more headers.
    pub(crate) async fn ask_with(&self, target: &str, token: &str, header: (&str, &str)) -> Response {
        let request = self.client.get(format!("{}{target}", self.public)).bearer_auth(token);
        request.header(header.0, header.1).send().await.unwrap()
    }

    /// Asks for a list of links.
    pub(crate) async fn post(&self, body: &str, token: &str) -> Value {
        let request = self.client.post(format!("{}/v1/presign", self.public)).bearer_auth(token);
        let text = request.body(body.to_owned()).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// The link for an object.
    pub(crate) async fn link(&self, url: &str, token: &str) -> Option<String> {
        let answer = self.ask(&format!("/?url={url}"), token).await;
        answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned())
    }

    pub(crate) async fn admin(&self, target: &str) -> String {
        self.client.get(format!("{}{target}", self.admin)).send().await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn version(&self) -> Value {
        serde_json::from_str(&self.admin("/version").await).unwrap()
    }

    /// Waits until so many configurations were in effect.
    pub(crate) async fn generation(&self, generation: u64) -> Value {
        let ask = async || Some(self.version().await).filter(|version| version["generation"] == generation);
        eventually("another configuration is in effect", ask).await
    }

    /// Waits until a configuration was refused, and tells why.
    pub(crate) async fn refusal(&self) -> String {
        let ask = async || Some(self.version().await).filter(|version| version["last_reload"]["outcome"] == "refused");
        eventually("a configuration is refused", ask).await["last_reload"]["problems"].to_string()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text.replace("FOLDER", folder.to_str().unwrap())).unwrap();
}

fn log_of(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap()
}
