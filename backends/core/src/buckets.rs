//! Which buckets a backend may sign for.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::Problem;

/// The buckets (Azure: containers) that a backend serves, by name or by glob; without any, all.
#[derive(Debug, Clone)]
pub struct Buckets {
    patterns: Vec<String>,
    set: GlobSet,
}

impl Buckets {
    /// Reads the patterns that the configuration has in `field`: names, or globs such as `team-*`.
    ///
    /// # Errors
    /// Each pattern that is no glob.
    pub fn parse(field: &str, patterns: Vec<String>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut set = GlobSetBuilder::new();
        for (index, pattern) in patterns.iter().enumerate() {
            let mut report = |message| problems.push(Problem { field: format!("{field}[{index}]"), message });
            match GlobBuilder::new(pattern).literal_separator(true).build() {
                Ok(_) if pattern.is_empty() => report("is empty: write a name, or '*' for all".to_owned()),
                Ok(glob) => {
                    set.add(glob);
                }
                Err(error) => report(format!("is no glob: {}", error.kind())),
            }
        }
        match set.build() {
            Ok(set) if problems.is_empty() => Ok(Self { patterns, set }),
            Ok(_) => Err(problems),
            Err(error) => {
                problems.push(Problem { field: field.to_owned(), message: error.to_string() });
                Err(problems)
            }
        }
    }

    /// Whether the bucket is one of them.
    #[must_use]
    pub fn contains(&self, bucket: &str) -> bool {
        self.patterns.is_empty() || self.set.is_match(bucket)
    }

    /// The patterns, as they were configured.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// The one bucket that is named, when it is one name and no glob.
    #[must_use]
    pub fn only_one(&self) -> Option<&str> {
        match self.patterns.as_slice() {
            [name] if !name.contains(['*', '?', '[', ']', '{', '}', '\\']) => Some(name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(patterns: &[&str]) -> Buckets {
        Buckets::parse("buckets", patterns.iter().map(|&pattern| pattern.to_owned()).collect()).unwrap()
    }

    #[test]
    fn without_patterns_every_bucket_is_served() {
        assert!(buckets(&[]).contains("anything"));
    }

    #[test]
    fn names_match_whole_and_globs_match_globs() {
        let some = buckets(&["data", "team-*", "$web"]);
        for name in ["data", "team-a", "team-", "$web"] {
            assert!(some.contains(name), "{name}");
        }
        for name in ["data-private", "my-data", "team", "Data", "", "web", "$root"] {
            assert!(!some.contains(name), "{name}");
        }
    }

    #[test]
    fn only_a_single_plain_name_names_one_bucket() {
        assert_eq!(buckets(&["data"]).only_one(), Some("data"));
        assert_eq!(buckets(&["$web"]).only_one(), Some("$web"));
        for patterns in [&[][..], &["data*"], &["a", "b"], &["{a,b}"]] {
            assert_eq!(buckets(patterns).only_one(), None, "{patterns:?}");
        }
    }

    #[test]
    fn every_broken_pattern_is_reported_at_its_place() {
        let problems = Buckets::parse("containers", vec!["a[".into(), "b".into(), String::new()]).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["containers[0]", "containers[2]"]);
    }
}
