//! One value, as each place has to be told it.

use serde_json::json;

/// The variable that the apiserver reads.
const NAME: &str = "CLEARML__SERVICES__SYSTEM__COMPANY__DEFAULT__SERVICES";

/// Where the value is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// A command for a shell.
    Shell,
    /// A line for `docker run --env-file`.
    Docker,
    /// A docker-compose override of the service `apiserver`.
    Compose,
    /// An entry of a YAML mapping.
    Yaml,
    /// Values for the ClearML server's Helm chart.
    Helm,
    /// The value alone, as JSON.
    Json,
}

/// The value: one presign service at `url`, with these match sets.
pub(super) fn announcement(url: &str, sets: &[Vec<String>]) -> String {
    let rule = |regex: &String| json!({"field": "", "obj_type": "", "regex": regex});
    let sets: Vec<_> = sets.iter().map(|set| json!({"rules": set.iter().map(rule).collect::<Vec<_>>()})).collect();
    one_line(&json!([{"type": "presign", "url": url, "use_fallback": "false", "match_sets": sets}]).to_string())
}

impl Format {
    pub(super) fn write(self, value: &str) -> String {
        match self {
            Self::Shell => format!("export {NAME}={}\n", shell_quoted(value)),
            Self::Docker => format!("{NAME}={value}\n"),
            Self::Compose => {
                let value = yaml_quoted(&without_references(value));
                format!("services:\n  apiserver:\n    environment:\n      {NAME}: {value}\n")
            }
            Self::Yaml => format!("{NAME}: {}\n", yaml_quoted(value)),
            Self::Helm => {
                let value = yaml_quoted(&without_references(value));
                format!("apiserver:\n  extraEnvs:\n    - name: {NAME}\n      value: {value}\n")
            }
            Self::Json => format!("{value}\n"),
        }
    }
}

/// Line ends that JSON allows in a text and YAML does not.
fn one_line(json: &str) -> String {
    ['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}', '\u{7f}']
        .into_iter()
        .fold(json.to_owned(), |text, end| text.replace(end, &format!("\\u{:04x}", u32::from(end))))
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn yaml_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Kubernetes takes `$(NAME)`, and docker-compose `$NAME` and `${NAME}`, for another variable; to both, `$$` is a `$`.
fn without_references(text: &str) -> String {
    text.replace('$', "$$")
}
