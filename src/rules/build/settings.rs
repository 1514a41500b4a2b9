//! What a rule says besides `match`.

use std::collections::{BTreeMap, HashMap};

use presign_core::{ExpiresIn, HumanDuration, ObjectKey, Operation};

use super::{
    matcher,
    problems::{Problems, ProblemsBelow},
};
use crate::{
    config::{InlineUnsafe, PrincipalsConfig, ResponseConfig, RewriteConfig, RuleConfig, SigningConfig},
    rules::facts::BackendFacts,
};

/// A name is a header's value and a metric's label.
const LONGEST_NAME: usize = 64;

/// What is known of the rule's backend.
pub(super) fn backend<'b>(
    config: &RuleConfig,
    backends: &'b BTreeMap<String, BackendFacts>,
    problems: &mut ProblemsBelow<'_>,
) -> Option<&'b BackendFacts> {
    let name = config.backend.as_deref()?;
    let facts = backends.get(name);
    if facts.is_none() {
        let known: Vec<&str> = backends.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        problems.error("backend", format!("there is no backend '{name}'; there is: {known}"));
    }
    facts
}

/// The life of links whose rule says nothing; `None` when it is not one.
pub(super) fn default_ttl(signing: &SigningConfig, problems: &mut Problems) -> Option<ExpiresIn> {
    let life = ExpiresIn::from_seconds(signing.default_ttl.0.as_secs());
    life.map_err(|error| problems.below("signing".to_owned()).error("default_ttl", error.to_string())).ok()
}

/// The life of the rule's links, where the rule says something; `None` when it is not one.
pub(super) fn ttl(
    ttl: HumanDuration,
    facts: Option<&BackendFacts>,
    signing: &SigningConfig,
    problems: &mut ProblemsBelow<'_>,
) -> Option<ExpiresIn> {
    let life =
        ExpiresIn::from_seconds(ttl.0.as_secs()).map_err(|error| problems.error("ttl", error.to_string())).ok()?;
    if ttl < signing.min_ttl {
        let minimum = signing.min_ttl;
        problems
            .error("ttl", format!("{ttl} is less than signing.min_ttl, {minimum}: raise it, or lower signing.min_ttl"));
        return None;
    }
    match facts {
        Some(facts) if life > facts.longest_life => {
            let longest = HumanDuration(facts.longest_life.duration());
            problems.error("ttl", format!("{ttl} is more than links of this backend live, which is {longest} at most"));
            None
        }
        _ => Some(life),
    }
}

/// Everything else.
pub(super) fn check(config: &RuleConfig, facts: Option<&BackendFacts>, problems: &mut ProblemsBelow<'_>) {
    name(&config.name, problems);
    methods(config, facts, problems);
    if let Some(allow) = &config.allow {
        principals("allow", allow, problems);
        if is_empty(allow) {
            problems.warning("allow", "names nobody, so the rule refuses everybody; leave it out to allow everybody");
        }
    }
    if let Some(deny) = &config.deny {
        principals("deny", deny, problems);
    }
    response(&config.response, problems);
    refused(config, facts, problems);
    if let Some(instead) = &config.rewrite {
        rewrite(instead, problems);
    }
}

/// Two rules of one name cannot be told apart in metrics and logs.
pub(super) fn duplicate_names(rules: &[RuleConfig], problems: &mut Problems) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (index, rule) in rules.iter().enumerate() {
        if let Some(first) = seen.get(rule.name.as_str()) {
            let message = format!("'{}' is the name of rules[{first}] already: give each its own", rule.name);
            problems.below(format!("rules[{index}]")).error("name", message);
        } else {
            seen.insert(&rule.name, index);
        }
    }
}

fn name(name: &str, problems: &mut ProblemsBelow<'_>) {
    let printable = name.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && name.trim() == name;
    if name.is_empty() || name.len() > LONGEST_NAME || !printable {
        let form = format!("1 to {LONGEST_NAME} printable ASCII characters, no space at either end");
        problems.error("name", format!("{name:?} does not fit a header and a metric's label: use {form}"));
    }
}

fn methods(config: &RuleConfig, facts: Option<&BackendFacts>, problems: &mut ProblemsBelow<'_>) {
    if config.methods.is_empty() {
        problems.error("methods", "is an empty list, which allows nothing; to refuse what matches, leave out backend");
    }
    let Some(facts) = facts else { return };
    let can: Vec<&str> = facts.operations.iter().map(|operation| operation.method()).collect();
    let can = can.join(", ");
    for operation in config.methods.iter().filter(|operation| !facts.operations.contains(operation)) {
        problems.error("methods", format!("the backend does not sign {operation}, only {can}"));
    }
    if config.check_exists && !facts.operations.contains(&Operation::Head) {
        problems.error("check_exists", format!("needs a backend that signs HEAD; this one signs {can}"));
    }
}

fn is_empty(config: &PrincipalsConfig) -> bool {
    config.users.is_empty() && config.companies.is_empty() && config.roles.is_empty()
}

fn principals(list: &str, config: &PrincipalsConfig, problems: &mut ProblemsBelow<'_>) {
    for (kind, names) in [("users", &config.users), ("companies", &config.companies), ("roles", &config.roles)] {
        for (index, name) in
            names.iter().enumerate().filter(|(_, name)| name.trim() != name.as_str() || name.is_empty())
        {
            let field = format!("{list}.{kind}[{index}]");
            problems.error(&field, format!("{name:?} is nobody's: it is empty, or has a space at an end"));
        }
    }
}

fn response(config: &ResponseConfig, problems: &mut ProblemsBelow<'_>) {
    let ResponseConfig { content_disposition, content_type, cache_control, inline_unsafe: _ } = config;
    let values = [
        ("content_disposition", content_disposition),
        ("content_type", content_type),
        ("cache_control", cache_control),
    ];
    for (header, value) in values {
        let field = format!("response.{header}");
        let Some(value) = value else { continue };
        if value.trim() != value || value.is_empty() {
            problems.error(&field, "is empty, or has a space at an end: leave it out to keep the store's own");
        } else if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            problems.error(&field, "has a control character or is not ASCII, which stores refuse");
        }
    }
    if content_type.as_deref().is_some_and(|value| !is_media_type(value)) {
        problems.error("response.content_type", "is not a media type as in text/plain or text/plain; charset=utf-8");
    }
}

/// Response headers that the backend cannot sign, in a rule whose reads would ask for them.
fn refused(config: &RuleConfig, facts: Option<&BackendFacts>, problems: &mut ProblemsBelow<'_>) {
    let reads = config.methods.iter().any(|operation| operation.is_read());
    let response = &config.response;
    for (header, why) in facts.filter(|_| reads).into_iter().flat_map(|facts| &facts.refused) {
        let (is_set, unsafe_too) = match *header {
            "content_disposition" => (response.content_disposition.is_some(), true),
            "content_type" => (response.content_type.is_some(), false),
            _ => (response.cache_control.is_some(), false),
        };
        if is_set {
            problems.error(&format!("response.{header}"), *why);
        }
        if unsafe_too && response.inline_unsafe == InlineUnsafe::Attachment {
            problems.error("response.inline_unsafe", *why);
        }
    }
}

fn is_media_type(value: &str) -> bool {
    let essence = value.split(';').next().unwrap_or_default().trim_end();
    let is_token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

fn rewrite(config: &RewriteConfig, problems: &mut ProblemsBelow<'_>) {
    if let Some(Err(message)) = config.bucket.as_deref().map(matcher::check_bucket) {
        problems.error("rewrite.bucket", message);
    }
    // An empty one takes the matched prefix away.
    let prefix = config.prefix.as_deref().filter(|prefix| !prefix.is_empty());
    if let Some(Err(error)) = prefix.map(ObjectKey::parse) {
        problems.error("rewrite.prefix", format!("no key starts so: {error}"));
    }
}
