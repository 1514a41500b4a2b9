//! What the reference says is what there is: codes, metrics, and the tests that hold promises.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use presign_gateway::web::Code;
use serde_json::Value;

use crate::program::Program;

const OPENAPI: &str = include_str!("../../docs/openapi.yaml");
const ERRORS: &str = include_str!("../../docs/errors.md");
const METRICS: &str = include_str!("../../docs/metrics.md");
const SECURITY: &str = include_str!("../../docs/security.md");

/// The cells of all rows of a page's tables whose first cell is a word in backticks.
fn rows(page: &str) -> Vec<Vec<&str>> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split('|').map(|cell| cell.trim().trim_matches('`')).collect()).collect()
}

/// The words in backticks of a cell.
fn words(cell: &str) -> BTreeSet<&str> {
    cell.split([',', ' ', '`']).filter(|word| !word.is_empty()).collect()
}

fn openapi() -> Value {
    serde_saphyr::from_str(OPENAPI).unwrap()
}

#[test]
fn every_code_of_a_refusal_is_documented_and_no_other_is() {
    let there_are: BTreeSet<&str> = Code::ALL.iter().map(|code| code.label()).collect();
    let schema = openapi();
    let listed = schema["components"]["schemas"]["Code"]["enum"].as_array().unwrap();
    let listed: BTreeSet<&str> = listed.iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(listed, there_are, "docs/openapi.yaml");
    let told: BTreeSet<&str> = rows(ERRORS).iter().map(|row| row[0]).collect();
    assert_eq!(told, there_are, "docs/errors.md");
}

#[test]
fn every_code_has_an_answer_of_its_status_in_the_interface() {
    let schema = openapi();
    let answers = schema["components"]["responses"].as_object().unwrap();
    for row in rows(ERRORS) {
        let (code, status) = (row[0], row[1]);
        let word = format!("`{code}`");
        let told = answers.iter().filter(|(_, answer)| answer["description"].as_str().unwrap().contains(&word));
        let names: Vec<String> = told.map(|(name, _)| format!("#/components/responses/{name}")).collect();
        let paths = schema["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
        let mut found = paths.filter_map(|operation| operation["responses"].get(status)?["$ref"].as_str());
        assert!(found.any(|reference| names.iter().any(|name| name == reference)), "{code} with {status}");
    }
}

/// The types and label names of the metrics that a running gateway serves.
fn served(text: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut metrics = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            metrics.insert(name.to_owned(), (kind.to_owned(), BTreeSet::new()));
        } else if let Some((series, labels)) = line.split_once('{').filter(|_| !line.starts_with('#')) {
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| series.strip_suffix(end));
            let name = base.filter(|base| metrics.contains_key(*base)).unwrap_or(series);
            let (labels, _) = labels.rsplit_once('}').unwrap();
            let names = labels.split("\",").map(|label| label.split('=').next().unwrap().to_owned());
            metrics.get_mut(name).unwrap().1.extend(names.filter(|name| name != "le"));
        }
    }
    metrics
}

const CONFIG: &str = "
server: {limits: {max_requests: 1000}}
auth:
  provider: static
  static: {tokens: [{token: {file: FOLDER/token}, user: alice}]}
backends:
  store: {type: local, root: FOLDER, bucket: files}
rules:
  - {name: all, match: {bucket: files}, backend: store, methods: [GET, HEAD, PUT, DELETE]}
";

#[tokio::test]
async fn every_metric_that_is_served_is_documented_with_its_type_and_labels() {
    let program = Program::start(&[("gateway.yaml", CONFIG), ("token", "a-token")]);
    assert!(program.link("local://files/k", "a-token").await.is_some());
    assert_eq!(program.ask("/?url=local://others/k", "a-token").await.status(), 403);
    let documented: BTreeMap<&str, (&str, BTreeSet<&str>)> = rows(METRICS)
        .iter()
        .filter(|row| row[0].starts_with("presign_"))
        .map(|row| (row[0], (row[1], words(row[2]))))
        .collect();
    for (name, (kind, labels)) in served(&program.admin("/metrics").await) {
        let (told_kind, told_labels) =
            documented.get(&*name).unwrap_or_else(|| panic!("{name} is not in docs/metrics.md"));
        assert_eq!(kind, *told_kind, "{name}");
        if !labels.is_empty() {
            assert_eq!(labels, told_labels.iter().map(|&label| label.to_owned()).collect(), "{name}");
        }
    }
}

/// The names of all metrics in the source: whatever has happened so far, each is there.
fn registered() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/metrics");
    let mut names = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap().to_owned();
        let prefix = if source.contains("presign_config_{name}") { "presign_config_" } else { "presign_" };
        for (start, given) in
            [("counter(", "presign_"), ("histogram(", "presign_"), ("gauges(", "presign_"), ("gauge(", prefix)]
        {
            for (at, _) in source.match_indices(start) {
                let rest = source[at + start.len()..].trim_start();
                if let Some((name, _)) = rest
                    .strip_prefix('"')
                    .and_then(|rest| rest.split_once('"'))
                    .filter(|(name, _)| given != "presign_" || name.contains('_'))
                {
                    names.insert(format!("{given}{name}"));
                }
            }
        }
        for piece in source.split('"').filter(|piece| piece.starts_with("presign_") && !piece.contains('{')) {
            names.insert(piece.to_owned());
        }
    }
    names
}

#[test]
fn every_metric_in_the_source_is_documented_and_no_other_is() {
    let documented: BTreeSet<String> =
        rows(METRICS).iter().map(|row| row[0].to_owned()).filter(|name| name.starts_with("presign_")).collect();
    assert_eq!(documented, registered());
}

#[test]
fn every_test_that_a_promise_refers_to_exists() {
    let mut count = 0;
    for reference in SECURITY.split('`').filter(|piece| piece.contains(".rs::")) {
        let (file, test) = reference.split_once("::").unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(source.contains(&format!("fn {test}(")), "{file} has no test {test}");
        count += 1;
    }
    assert!(count > 10, "docs/security.md refers to {count} tests");
}
