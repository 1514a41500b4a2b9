//! Names of backends, rules and variables, and globs.

/// How long a name may become.
const LONGEST_NAME: usize = 56;

/// A name that fits headers, metrics and variables, and is no other's.
pub(super) fn unique(wanted: &str, is_taken: impl Fn(&String) -> bool) -> String {
    let plain = wanted.chars().map(|it| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' });
    let short: String = plain.take(LONGEST_NAME).collect();
    let name =
        Some(short.trim_matches('-').to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "store".to_owned());
    let numbered = (2_u32..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(name)
}

/// The variable that holds a backend's secret of a kind.
pub(super) fn variable(backend: &str, kind: &str) -> String {
    let name = backend.replace('-', "_").to_ascii_uppercase();
    let first = if name.starts_with(|first: char| first.is_ascii_digit()) { "STORE_" } else { "" };
    format!("{first}{name}_{kind}")
}

/// A text that a glob takes literally.
pub(super) fn escaped(text: &str) -> String {
    text.chars().flat_map(|it| r"\*?[]{}".contains(it).then_some('\\').into_iter().chain([it])).collect()
}
