//! The audit trail: what it tells, where it goes, and what happens when it cannot be written.

use std::fs;

use serde_json::{Value, json};

use crate::{
    program::{Program, eventually},
    validator,
};

const CONFIG: &str = "
server: {trusted_proxies: [127.0.0.0/8]}
log: {format: json}
auth:
  provider: static
  static: {tokens: [{token: {file: FOLDER/token}, user: alice, company: c1}]}
backends:
  aws: {type: s3, region: eu-west-1, credentials: {source: static, access_key: AKIATEST, secret_key: {file: FOLDER/secret}}}
rules:
  - {name: closed, match: {bucket: closed}}
  - {name: moved, match: {bucket: moved}, backend: aws, rewrite: {bucket: there}}
  - {name: all, match: {glob: 's3://**'}, backend: aws, ttl: 10m}
";

fn start(audit: &str) -> Program {
    start_with(|config| format!("{config}audit: {audit}\n"))
}

fn start_with(change: impl FnOnce(&str) -> String) -> Program {
    Program::start(&[("gateway.yaml", &change(CONFIG)), ("token", "a-token"), ("secret", "a-secret")])
}

/// The records of a file, once there are so many.
async fn records(program: &Program, file: &str, count: usize) -> Vec<Value> {
    let ask = async || {
        let text = fs::read_to_string(program.path(file)).unwrap_or_default();
        let whole = text.is_empty() || text.ends_with('\n');
        (whole && text.lines().count() >= count).then_some(text)
    };
    let text = eventually("records are written", ask).await;
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[tokio::test]
async fn every_link_that_is_issued_or_refused_has_a_record_as_the_schema_says() {
    let program = start("{output: both, path: FOLDER/audit}");
    let issued =
        program.ask_with("/?url=s3://moved/a%2Fb", "a-token", ("x-forwarded-for", "192.0.2.7, 203.0.113.9")).await;
    let link = issued.headers()["location"].to_str().unwrap().to_owned();
    let id = issued.headers()["x-request-id"].to_str().unwrap().to_owned();
    program.ask("/?url=s3://closed/k", "a-token").await;
    program.ask("/?url=s3://bbb/k", "another-token").await;
    program.ask("/?url=nonsense", "a-token").await;
    program
        .post(r#"[{"url": "s3://bbb/1"}, {"url": "nonsense"}, {"url": "s3://closed/3", "method": "HEAD"}]"#, "a-token")
        .await;

    let records = records(&program, "audit", 7).await;
    let schema = presign_gateway::audit::schema();
    for record in &records {
        assert_eq!(validator::errors(&schema, &schema, record, "record"), [""; 0], "{record}");
    }
    let mut first = records[0].clone();
    for time in ["time", "expires_at"] {
        assert!(first.as_object_mut().unwrap().remove(time).unwrap().as_str().unwrap().ends_with('Z'));
    }
    assert_eq!(
        first,
        json!({
            "request_id": id, "client": "203.0.113.9", "user": "alice", "company": "c1", "role": "user", "operation": "get",
            "url": "s3://moved/a/b", "bucket": "there", "key": "a/b", "rule": "moved", "backend": "aws", "outcome": "signed",
        })
    );
    let outcomes: Vec<_> = records.iter().map(|record| record["outcome"].as_str().unwrap()).collect();
    let expected =
        ["signed", "forbidden", "unauthenticated", "invalid_request", "signed", "invalid_request", "forbidden"];
    assert_eq!(outcomes, expected);
    assert_eq!((&records[1]["rule"], &records[1]["user"]), (&"closed".into(), &"alice".into()));
    assert_eq!(records[2].get("user"), None);
    assert_eq!((&records[6]["item"], &records[6]["operation"]), (&2.into(), &"head".into()));

    let same = async || Some(program.output()).filter(|lines| lines.len() >= 7);
    let printed = eventually("records are on standard output", same).await;
    let printed: Vec<Value> = printed.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(printed, records);
    let log = program.log();
    assert_eq!(log.lines().filter(|line| line.contains(&id)).count(), 1, "one line a request: {log}");
    let signature = link.split("X-Amz-Signature=").nth(1).unwrap();
    for secret in [signature, "a-token", "a-secret", "another-token"] {
        assert!(!format!("{records:?}{log}").contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_log_that_is_no_terminal_has_no_colours() {
    let program = start_with(|config| config.replace("{format: json}", "{format: text}"));
    assert!(program.link("s3://bbb/1", "a-token").await.is_some());
    let log = program.log();
    assert!(log.contains("a link was issued") && !log.contains('\u{1b}'), "{log:?}");
}

#[tokio::test]
async fn a_record_names_the_user_who_asks_for_too_much() {
    let limited = "server: {limits: {user_rate_limit: {per_second: 1}}, ";
    let audited = "audit: {output: file, path: FOLDER/audit}\n";
    let program = start_with(|config| config.replace("server: {", limited) + audited);
    for _ in 0..5 {
        program.ask("/?url=s3://bbb/k", "a-token").await;
    }
    let records = records(&program, "audit", 5).await;
    let refused = records.iter().find(|record| record["outcome"] == "rate_limited").unwrap();
    assert_eq!((&refused["user"], &refused["rule"]), (&"alice".into(), &"all".into()));
}

#[tokio::test]
async fn a_key_cannot_forge_a_record() {
    let program = start("{output: file, path: FOLDER/audit}");
    let key = "x%22,%22user%22:%22mallory%22%7D%E2%80%A8%7B%22";
    assert!(program.link(&format!("s3://bbb/{key}"), "a-token").await.is_some());
    program.ask("/?url=s3://bbb/x%0A%7B%22user%22:%22mallory%22%7D", "a-token").await;
    let records = records(&program, "audit", 2).await;
    assert_eq!(records.len(), 2);
    assert_eq!((&records[0]["user"], &records[0]["outcome"]), (&"alice".into(), &"signed".into()));
    assert!(records[0]["key"].as_str().unwrap().contains("mallory"));
    assert_eq!(records[1]["outcome"], "invalid_request");
}

#[tokio::test]
async fn a_required_trail_that_cannot_be_written_lets_no_link_out() {
    let program = start("{output: file, path: FOLDER/audit, required: true}");
    assert!(program.link("s3://bbb/1", "a-token").await.is_some());
    // The disk is full from here on.
    std::os::unix::fs::symlink("/dev/full", program.path("full")).unwrap();
    fs::rename(program.path("full"), program.path("audit")).unwrap();
    program.signal("HUP");
    program.generation(2).await;
    let refused = program.ask("/?url=s3://bbb/2", "a-token").await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers().get("location"), None);
    assert_eq!(program.ask("/?url=s3://closed/k", "a-token").await.status(), 403);
    assert!(program.admin("/metrics").await.contains("presign_audit_dropped_total 2"));

    fs::remove_file(program.path("audit")).unwrap();
    assert!(program.link("s3://bbb/3", "a-token").await.is_some());
    let records = records(&program, "audit", 2).await;
    assert_eq!(records[0]["dropped"], 2, "{records:?}");
    assert_eq!((&records[1]["key"], records.len()), (&"3".into(), 2));
}

#[tokio::test]
async fn a_trail_that_is_not_required_says_what_it_has_lost() {
    let program = start("{output: file, path: FOLDER/audit}");
    std::os::unix::fs::symlink("/dev/full", program.path("full")).unwrap();
    assert!(program.link("s3://bbb/1", "a-token").await.is_some());
    records(&program, "audit", 1).await;
    fs::rename(program.path("full"), program.path("audit")).unwrap();
    program.signal("HUP");
    program.generation(2).await;
    assert!(program.link("s3://bbb/2", "a-token").await.is_some());
    let lost = async || Some(()).filter(|()| program.log().contains("audit records cannot be written"));
    eventually("the loss is noticed", lost).await;
    fs::remove_file(program.path("audit")).unwrap();
    assert!(program.link("s3://bbb/3", "a-token").await.is_some());
    let records = records(&program, "audit", 2).await;
    assert_eq!((&records[0]["dropped"], &records[1]["key"]), (&1.into(), &"3".into()), "{records:?}");
}

#[tokio::test]
async fn a_file_that_is_rotated_is_opened_anew_at_sighup_and_nothing_is_lost_at_the_end() {
    let mut program = start("{output: file, path: FOLDER/audit}");
    assert!(program.link("s3://bbb/1", "a-token").await.is_some());
    records(&program, "audit", 1).await;
    fs::rename(program.path("audit"), program.path("audit.1")).unwrap();
    program.signal("HUP");
    program.generation(2).await;
    for number in 0..20 {
        assert!(program.link(&format!("s3://bbb/{number}"), "a-token").await.is_some());
    }
    program.signal("TERM");
    assert!(program.ends_well());
    assert_eq!(records(&program, "audit", 20).await.len(), 20);
    assert_eq!(records(&program, "audit.1", 1).await.len(), 1);
}

#[tokio::test]
async fn a_trail_whose_file_cannot_be_opened_is_a_problem_of_the_configuration() {
    let program = start("{output: stdout}");
    program.replace("gateway.yaml", &format!("{CONFIG}audit: {{output: file, path: FOLDER/no/such/folder}}\n"));
    let said = program.refusal().await;
    assert!(said.contains("audit.path"), "{said}");
    program.replace("gateway.yaml", &format!("{CONFIG}audit: {{output: file}}\n"));
    let missing = async || Some(program.version().await).filter(|version| version.to_string().contains("say which"));
    eventually("the missing path is told", missing).await;
}

#[tokio::test]
async fn a_request_that_is_cut_off_has_a_record_of_who_asked_for_what() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let store = silent.local_addr().unwrap();
    let hanging = format!(
        "  silent: {{type: minio, endpoint: 'http://{store}', credentials: {{source: static, access_key: A, \
         secret_key: {{file: FOLDER/secret}}}}}}\nrules:\n  - {{name: hanging, match: {{bucket: hanging}}, backend: silent, \
         check_exists: true}}\n"
    );
    let config = CONFIG.replace("rules:\n", &hanging);
    let config = config.replace("server: {", "server: {limits: {request_timeout: 300ms}, ");
    let config = format!("{config}audit: {{output: file, path: FOLDER/audit, required: true}}\n");
    let program = Program::start(&[("gateway.yaml", &config), ("token", "a-token"), ("secret", "a-secret")]);

    let answer = program.ask("/?url=s3://hanging/k", "a-token").await;
    assert_eq!(answer.status(), 503);
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    // Nor does one whose client does not wait for the answer go unrecorded.
    let impatient = program.ask("/?url=s3://hanging/gone", "a-token");
    assert!(tokio::time::timeout(std::time::Duration::from_millis(50), impatient).await.is_err());

    let records = records(&program, "audit", 2).await;
    for (record, key) in records.iter().zip(["k", "gone"]) {
        assert_eq!(record["outcome"], "unavailable", "{record}");
        assert_eq!([&record["user"], &record["rule"], &record["key"]], ["alice", "hanging", key], "{record}");
        assert!(record["reason"].as_str().unwrap().contains("server.limits.request_timeout"), "{record}");
    }
    assert_eq!(records[0]["request_id"], id);
}

#[test]
fn the_schema_in_the_documentation_is_the_schema() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/audit-record.schema.json");
    let documented: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(documented, presign_gateway::audit::schema(), "presign-gateway schema --audit > {file}");
}
