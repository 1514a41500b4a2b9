//! Patterns that are allowed, and probably not meant.

use presign_core::Scheme;

use super::{matcher::pattern_field, problems::ProblemsBelow};
use crate::{
    config::{OneOrMany, RuleConfig},
    rules::{condition::Condition, facts::BackendFacts, pattern::Pattern},
};

/// Every way in which a storage URL can start.
const URL_STARTS: [&str; 6] = ["s3://", "gs://", "azure://", "local://", "https://", "http://"];

/// Warns of patterns that cannot match what they are for. Every warning but that of a search is certain.
pub(super) fn check(
    config: &RuleConfig,
    condition: &Condition,
    facts: Option<&BackendFacts>,
    problems: &mut ProblemsBelow<'_>,
) {
    for (field, pattern) in patterns(config, condition) {
        let starts = url_starts(pattern);
        if field.starts_with("match.glob") && names_no_object(pattern) {
            problems
                .warning(&field, format!("names no object: write {}/** for all", pattern.head().trim_end_matches('/')));
        } else if starts.is_empty() {
            problems.warning(
                &field,
                "matches no storage URL: it has to match the whole of one, from s3://, gs://, azure:// or local:// to the \
                 key's end",
            );
        } else if let Some(message) = facts.and_then(|facts| foreign_scheme(&starts, facts)) {
            problems.warning(&field, message);
        }
        if field.starts_with("match.regex") && reads_like_a_search(pattern.source()) {
            problems.warning(
                &field,
                "reads like a search, but has to match the whole URL: write .* at its end, or $ when it is whole",
            );
        }
    }
}

/// How the URLs start that a pattern may match: what is left out is certain.
pub(super) fn url_starts(pattern: &Pattern) -> Vec<&'static str> {
    pattern.possible_starts(&URL_STARTS)
}

/// The patterns of `glob`, `regex` and `match_sets`, with their fields.
fn patterns<'c>(config: &RuleConfig, condition: &'c Condition) -> Vec<(String, &'c Pattern)> {
    let mut found = Vec::new();
    for clause in &condition.clauses {
        let written = match clause.kind {
            "glob" => config.matcher.glob.as_ref(),
            "regex" => config.matcher.regex.as_ref(),
            _ => None,
        };
        for (index, alternative) in clause.alternatives.iter().enumerate() {
            for (position, pattern) in alternative.iter().enumerate() {
                found.push((field(clause.kind, written, index, position), pattern));
            }
        }
    }
    found
}

fn field(kind: &str, written: Option<&OneOrMany>, index: usize, position: usize) -> String {
    match written {
        Some(written) => pattern_field(kind, written, index),
        None => format!("match.{kind}[{index}].rules[{position}].regex"),
    }
}

/// A pattern for `gs://` alone and a backend for `s3://` alone never meet.
fn foreign_scheme(starts: &[&str], facts: &BackendFacts) -> Option<String> {
    let schemes: Vec<Scheme> = starts.iter().filter_map(|start| Scheme::parse(start.strip_suffix("://")?)).collect();
    // An http(s) URL can name an object of any scheme.
    let certain = schemes.len() == starts.len() && !facts.schemes.is_empty();
    if !certain || schemes.iter().any(|scheme| facts.schemes.contains(scheme)) {
        return None;
    }
    let served: Vec<String> = facts.schemes.iter().map(|scheme| format!("{scheme}://")).collect();
    Some(format!("matches only {} URLs, and the rule's backend serves {}", starts.join(", "), served.join(", ")))
}

/// `s3://bucket`, with or without a `/`: a glob that matches itself alone, and has no key.
fn names_no_object(glob: &Pattern) -> bool {
    let place = glob.head().split_once("://").map(|(_, place)| place.strip_suffix('/').unwrap_or(place));
    place.is_some_and(|place| !place.contains('/')) && glob.is_literal()
}

/// `^s3://` and the like: an anchor at the start, and an end that neither is one nor leaves anything open; or an end in
/// `/`, where hardly any key ends.
fn reads_like_a_search(regex: &str) -> bool {
    let open_end = ["$", "*", "+", "?", "}", ")", r"\z"].iter().any(|end| regex.ends_with(end));
    regex.ends_with('/') || (regex.starts_with('^') && (!open_end || regex.ends_with(r"\$")))
}
