//! The commands in the documentation are commands that the program knows.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use crate::support::run_bare;

const PROGRAM: &str = "presign-gateway";

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found
}

/// What is run in a page's shell blocks, with lines that go on joined.
fn shell_lines(page: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in page.replace("\\\n", " ").lines() {
        match line.trim_start().strip_prefix("```") {
            Some(language) => inside = !inside && matches!(language.split(' ').next(), Some("sh" | "shell" | "bash")),
            None if inside => lines.push(line.to_owned()),
            None => {}
        }
    }
    lines
}

/// The words after the program's name, to the end of the command.
fn commands(line: &str) -> Vec<Vec<String>> {
    let line = line.split(" #").next().unwrap();
    let starts = line.match_indices(PROGRAM).filter(|(start, _)| {
        let before = line[..*start].trim_end();
        let after = &line[start + PROGRAM.len()..];
        let is_command =
            before.is_empty() || before.ends_with(['|', ';', '&', '(']) || before.ends_with("exec presign-gateway");
        is_command && (after.is_empty() || after.starts_with(' '))
    });
    let ends = |word: &&str| !["|", ">", "&", "&&", ";", "\\", "2>", "<"].contains(word);
    let words =
        |start: usize| line[start + PROGRAM.len()..].split_whitespace().take_while(ends).map(str::to_owned).collect();
    starts.map(|(start, _)| words(start)).collect()
}

/// Help texts, by command; empty for what is none.
#[derive(Default)]
struct Helps(HashMap<String, String>);

impl Helps {
    fn of(&mut self, command: &str) -> &str {
        self.0.entry(command.to_owned()).or_insert_with(|| {
            let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
            let ran = run_bare(&arguments, "");
            if ran.code == 0 { ran.output } else { String::new() }
        })
    }
}

#[test]
fn every_command_in_the_documentation_has_only_flags_that_the_program_knows() {
    let mut helps = Helps::default();
    let mut seen = 0;
    for page in pages() {
        for line in shell_lines(&fs::read_to_string(&page).unwrap()) {
            for words in commands(&line) {
                seen += 1;
                let command =
                    words.first().filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
                let command = command.filter(|word| !word.starts_with('-')).cloned().unwrap_or_default();
                let help = helps.of(&command);
                assert!(!help.is_empty(), "{}: no command '{command}': {line}", page.display());
                for flag in words.iter().filter(|word| word.starts_with("--") && word.len() > 2) {
                    let flag = flag.split('=').next().unwrap();
                    let known = help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word == flag);
                    assert!(known, "{}: '{command}' knows no {flag}: {line}", page.display());
                }
            }
        }
    }
    assert!(seen > 20, "only {seen} commands were found");
}

#[test]
fn a_flag_or_a_command_that_there_is_not_would_be_found() {
    let page = "text\n```sh\nKEY=1\npresign-gateway sign \\\n  --no-such s3://b/k | presign-gateway bake  # presign-gateway x\n```\n";
    let found: Vec<_> = shell_lines(page).iter().flat_map(|line| commands(line)).collect();
    assert_eq!(found, [vec!["sign", "--no-such", "s3://b/k"], vec!["bake"]]);
    let mut helps = Helps::default();
    assert!(helps.of("bake").is_empty() && !helps.of("sign").contains("--no-such"));
}
