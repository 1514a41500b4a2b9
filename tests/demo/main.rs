//! The program without a configuration: the demonstration, as a newcomer meets it.
#![cfg(test)]
#![cfg(feature = "local")]

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use presign_core::encode;
use presign_gateway::embedded::{BUCKET, DEMO_TOKEN, SAMPLES};
use reqwest::{Client, StatusCode, redirect::Policy};

struct Demo {
    process: Child,
    public: String,
    admin: String,
}

impl Demo {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_presign-gateway"))
            .env("PRESIGN__SERVER__LISTEN", "127.0.0.1:0")
            .env("PRESIGN__SERVER__ADMIN_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let words: Vec<&str> = ready.split_whitespace().collect();
        let after = |word: &str| words[words.iter().position(|found| *found == word).unwrap() + 1].to_owned();
        Self { process, public: after("public"), admin: after("admin") }
    }

    fn sample(&self, key: &str) -> String {
        format!("{}/?url={}", self.public, encode::query(&format!("local://{BUCKET}/{key}")))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn every_sample_opens_through_a_redirect_but_the_one_that_a_rule_refuses() {
    let (demo, client) = (Demo::start(), Client::new());
    for sample in SAMPLES {
        let answer = client.get(demo.sample(sample.key)).bearer_auth(DEMO_TOKEN).send().await.unwrap();
        let private = sample.key.starts_with("demo/private/");
        let expected = if private { StatusCode::FORBIDDEN } else { StatusCode::OK };
        assert_eq!(answer.status(), expected, "{}", sample.key);
        if std::path::Path::new(sample.key).extension() == Some("png".as_ref()) {
            assert_eq!(answer.headers()["content-type"], "image/png");
            assert!(answer.bytes().await.unwrap().starts_with(b"\x89PNG"));
        } else if std::path::Path::new(sample.key).extension() == Some("html".as_ref()) {
            let disposition = answer.headers()["content-disposition"].to_str().unwrap();
            assert!(disposition.starts_with("attachment"), "{disposition}");
        }
    }
}

#[tokio::test]
async fn the_start_page_logs_a_visitor_in_and_links_to_samples_that_open() {
    let demo = Demo::start();
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let home = client.get(format!("{}/", demo.public)).header("accept", "text/html").send().await.unwrap();
    let cookie = home.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = home.text().await.unwrap();
    let links: Vec<&str> = page.split("<a href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(links.len(), SAMPLES.len());
    let first = client.get(format!("{}{}", demo.public, links[0])).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(first.status(), StatusCode::FOUND);
    let link = first.headers()["location"].to_str().unwrap();
    assert!(link.starts_with(&demo.public), "{link}");
    assert_eq!(client.get(link).send().await.unwrap().status(), StatusCode::OK);
    let tampered = link.replace("loss_train_00000000", "loss_train_00000001");
    assert_eq!(client.get(tampered).send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn without_the_cookie_a_browser_reads_why_in_a_page() {
    let demo = Demo::start();
    let answer = Client::new()
        .get(demo.sample(SAMPLES[0].key))
        .header("accept", "text/html,*/*;q=0.8")
        .header("sec-fetch-mode", "navigate")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    assert!(!answer.headers().contains_key("www-authenticate"));
    assert!(answer.text().await.unwrap().contains("no token was sent"));
}

#[tokio::test]
async fn the_operator_sees_readiness_and_metrics_on_the_other_listener() {
    let (demo, client) = (Demo::start(), Client::new());
    let _ = client.get(demo.sample(SAMPLES[0].key)).bearer_auth(DEMO_TOKEN).send().await.unwrap();
    let ready = client.get(format!("{}/readyz", demo.admin)).send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK);
    let metrics = client.get(format!("{}/metrics", demo.admin)).send().await.unwrap().text().await.unwrap();
    let counted = r#"presign_requests_total{backend="samples",operation="get",outcome="signed",rule="samples"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    let public = client.get(format!("{}/metrics", demo.public)).send().await.unwrap();
    assert_eq!(public.status(), StatusCode::BAD_REQUEST, "metrics are not for clients");
}

#[test]
fn sigterm_and_sigint_end_the_program_in_order() {
    for signal in ["-TERM", "-INT"] {
        let mut demo = Demo::start();
        let status = Command::new("kill").args([signal, &demo.process.id().to_string()]).status().unwrap();
        assert!(status.success());
        assert!(demo.process.wait().unwrap().success(), "{signal}");
    }
}
