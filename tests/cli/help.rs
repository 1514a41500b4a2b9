//! Usage, help, `schema` and `completions`.

use crate::support::run_bare;

#[test]
fn the_help_says_what_there_is() {
    insta::assert_snapshot!("help", run_bare(&["--help"], "").fine());
    insta::assert_snapshot!("help_sign", run_bare(&["sign", "--help"], "").fine());
    insta::assert_snapshot!("help_explain", run_bare(&["explain", "--help"], "").fine());
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_wrong() {
    for (arguments, said) in [
        (["bake"].as_slice(), "unrecognized subcommand 'bake'"),
        (&["sign"], "<URL>..."),
        (&["sign", "--ttl", "15", "s3://b/k"], "write a number and a unit"),
        (&["sign", "--ttl", "8d", "s3://b/k"], "7 days"),
        (&["sign", "--ttl", "1500ms", "s3://b/k"], "whole seconds"),
        (&["sign", "--at", "yesterday", "s3://b/k"], "2013-05-24T00:00:00Z"),
        (&["sign", "--as", "ada", "s3://b/k"], "user=…"),
        (&["sign", "--method", "POST", "s3://b/k"], "GET, HEAD, PUT and DELETE"),
        (&["explain"], "<URL>"),
        (&["completions", "cobol"], "possible values"),
    ] {
        let ran = run_bare(arguments, "");
        assert_eq!((ran.code, ran.output.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.errors.contains(said), "{arguments:?}: {}", ran.errors);
    }
}

#[test]
fn the_schema_is_the_one_in_the_repository() {
    let written = include_str!("../../config/presign-gateway.schema.json");
    assert!(
        run_bare(&["schema"], "").fine() == written,
        "write it anew: cargo run -- schema > config/presign-gateway.schema.json"
    );
}

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run_bare(&["completions", shell], "").fine();
        assert!(script.contains("presign-gateway") && script.contains("explain"), "{shell}");
    }
}
