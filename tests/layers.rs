//! Imports point one way: what knows HTTP knows the gateway, what knows the gateway knows rules and authentication,
//! and nobody looks back.

#![cfg(test)]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Rust files of a file or folder below the package.
fn files(below: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(below);
    if path.is_file() {
        return vec![path];
    }
    let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.is_dir() || path.extension().is_some_and(|extension| extension == "rs"))
        .flat_map(|path| files(path.to_str().unwrap()))
        .collect()
}

/// Modules of this crate that a source text names: `crate::web::…`, and `use crate::{web::…, rules}`.
fn modules(source: &str) -> Vec<String> {
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        let rest = &code[start + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(first_word(rest)),
            Some(list) => found.extend(first_level(list).iter().map(|item| first_word(item))),
        }
    }
    found.retain(|module| !module.is_empty());
    found
}

/// The items of a list, up to the brace that closes it.
fn first_level(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (index, byte) in list.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => {
                items.push(&list[start..index]);
                break;
            }
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                items.push(&list[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    items
}

fn first_word(text: &str) -> String {
    text.trim().chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

/// Asserts that no file of these names one of those modules.
fn never_use(users: &[&str], modules_above: &[&str]) {
    for file in users.iter().flat_map(|user| files(user)) {
        let source = fs::read_to_string(&file).unwrap();
        for module in modules(&source) {
            assert!(!modules_above.contains(&module.as_str()), "{} uses {module}", file.display());
        }
    }
}

#[test]
fn the_reader_of_imports_reads_them() {
    let source = "use crate::{\n    a::{b, c},\n    d,\n};\n// crate::no\nfn f() { crate::e::f(); }";
    assert_eq!(modules(source), ["a", "d", "e"]);
}

const RIM: [&str; 7] = ["web", "server", "serve", "admin", "cli", "shutdown", "embedded"];

#[test]
fn what_decides_knows_neither_http_nor_the_gateway() {
    let deciding = [
        "src/rules",
        "src/auth",
        "src/lifetime.rs",
        "src/endpoints.rs",
        "src/storage_url.rs",
        "src/config",
        "src/delivery.rs",
        "src/respelling.rs",
    ];
    never_use(&deciding, &[&RIM[..], &["gateway", "snapshot", "existence", "metrics", "refusal"]].concat());
}

#[test]
fn rules_do_not_know_how_callers_are_authenticated() {
    for file in files("src/rules") {
        let source = fs::read_to_string(&file).unwrap();
        for (start, _) in source.match_indices("crate::auth::").chain(source.match_indices(" auth::")) {
            let used = first_word(source[start..].split("auth::").nth(1).unwrap());
            assert_eq!(used, "Principal", "{}", file.display());
        }
    }
    never_use(&["src/auth", "src/lifetime.rs"], &["rules"]);
}

#[test]
fn the_gateway_does_not_know_who_serves_it() {
    never_use(
        &[
            "src/refusal.rs",
            "src/admitted.rs",
            "src/upload",
            "src/request",
            "src/gateway",
            "src/plan.rs",
            "src/snapshot",
            "src/existence.rs",
            "src/as_stored.rs",
            "src/upstream.rs",
            "src/delivery.rs",
            "src/respelling.rs",
            "src/stream",
            "src/metrics",
        ],
        &RIM,
    );
}

#[test]
fn the_server_knows_its_limits_and_nothing_of_what_it_serves() {
    let others = ["web", "gateway", "snapshot", "rules", "auth", "metrics", "admin", "serve", "refusal", "existence"];
    never_use(&["src/server"], &others);
}

#[test]
fn backends_do_not_depend_on_the_gateway() {
    let backends = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("backends")).unwrap();
    let manifests: Vec<_> = backends.map(|entry| entry.unwrap().path().join("Cargo.toml")).collect();
    assert!(manifests.len() > 5);
    for manifest in manifests {
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(!text.contains("presign-gateway"), "{}", manifest.display());
    }
}
