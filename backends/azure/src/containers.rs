//! Which containers a backend may sign for.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use presign_core::Problem;

/// The configured containers, by name or by glob; without any, all.
#[derive(Debug, Clone)]
pub(crate) struct Containers {
    patterns: Vec<String>,
    set: GlobSet,
}

impl Containers {
    /// Reads the configured patterns.
    ///
    /// # Errors
    /// Each pattern that is no glob.
    pub(crate) fn parse(patterns: Vec<String>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut set = GlobSetBuilder::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match GlobBuilder::new(pattern).literal_separator(true).build() {
                Ok(glob) if !pattern.is_empty() => {
                    set.add(glob);
                }
                Ok(_) => problems.push(problem(index, "is empty: name a container, or write '*' for all".to_owned())),
                Err(error) => problems.push(problem(index, format!("is no glob: {}", error.kind()))),
            }
        }
        match set.build() {
            Ok(set) if problems.is_empty() => Ok(Self { patterns, set }),
            Ok(_) => Err(problems),
            Err(error) => {
                problems.push(Problem { field: "containers".to_owned(), message: error.to_string() });
                Err(problems)
            }
        }
    }

    /// Whether the container is one of them.
    pub(crate) fn contains(&self, container: &str) -> bool {
        self.patterns.is_empty() || self.set.is_match(container)
    }

    /// The one container that is named, when it is one name and no glob.
    pub(crate) fn only_one(&self) -> Option<&str> {
        match self.patterns.as_slice() {
            [name] if !name.contains(['*', '?', '[', ']', '{', '}', '\\']) => Some(name),
            _ => None,
        }
    }
}

fn problem(index: usize, message: String) -> Problem {
    Problem { field: format!("containers[{index}]"), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn containers(patterns: &[&str]) -> Containers {
        Containers::parse(patterns.iter().map(|&pattern| pattern.to_owned()).collect()).unwrap()
    }

    #[test]
    fn without_patterns_every_container_is_served() {
        assert!(containers(&[]).contains("anything"));
    }

    #[test]
    fn names_match_whole_and_globs_match_globs() {
        let some = containers(&["data", "team-*", "$web"]);
        for name in ["data", "team-a", "team-", "$web"] {
            assert!(some.contains(name), "{name}");
        }
        for name in ["data-private", "my-data", "team", "Data", "web", "$root"] {
            assert!(!some.contains(name), "{name}");
        }
    }

    #[test]
    fn only_a_single_plain_name_names_one_container() {
        assert_eq!(containers(&["data"]).only_one(), Some("data"));
        assert_eq!(containers(&["$web"]).only_one(), Some("$web"));
        for patterns in [&[][..], &["data*"], &["a", "b"], &["{a,b}"]] {
            assert_eq!(containers(patterns).only_one(), None, "{patterns:?}");
        }
    }

    #[test]
    fn every_broken_pattern_is_reported() {
        let problems = Containers::parse(vec!["a[".into(), "b".into(), String::new()]).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["containers[0]", "containers[2]"]);
    }
}
