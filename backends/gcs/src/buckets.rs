//! Which buckets a backend may sign for.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use presign_core::Problem;

/// The configured buckets, by name or by glob; without any, all.
#[derive(Debug, Clone)]
pub(crate) struct Buckets {
    patterns: Vec<String>,
    set: GlobSet,
}

impl Buckets {
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
                Ok(_) => problems.push(problem(index, "is empty: name a bucket, or write '*' for all".to_owned())),
                Err(error) => problems.push(problem(index, format!("is no glob: {}", error.kind()))),
            }
        }
        match set.build() {
            Ok(set) if problems.is_empty() => Ok(Self { patterns, set }),
            Ok(_) => Err(problems),
            Err(error) => {
                problems.push(Problem { field: "buckets".to_owned(), message: error.to_string() });
                Err(problems)
            }
        }
    }

    /// Whether the bucket is one of them.
    pub(crate) fn contains(&self, bucket: &str) -> bool {
        self.patterns.is_empty() || self.set.is_match(bucket)
    }

    /// The one bucket that is named, when it is one name and no glob.
    pub(crate) fn only_one(&self) -> Option<&str> {
        match self.patterns.as_slice() {
            [name] if !name.contains(['*', '?', '[', ']', '{', '}', '\\']) => Some(name),
            _ => None,
        }
    }
}

fn problem(index: usize, message: String) -> Problem {
    Problem { field: format!("buckets[{index}]"), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(patterns: &[&str]) -> Buckets {
        Buckets::parse(patterns.iter().map(|&pattern| pattern.to_owned()).collect()).unwrap()
    }

    #[test]
    fn without_patterns_every_bucket_is_served() {
        assert!(buckets(&[]).contains("anything"));
    }

    #[test]
    fn names_match_whole_and_globs_match_globs() {
        let some = buckets(&["data", "team-*"]);
        for name in ["data", "team-a", "team-"] {
            assert!(some.contains(name), "{name}");
        }
        for name in ["data-private", "my-data", "team", "Data"] {
            assert!(!some.contains(name), "{name}");
        }
    }

    #[test]
    fn only_a_single_plain_name_names_one_bucket() {
        assert_eq!(buckets(&["data"]).only_one(), Some("data"));
        for patterns in [&[][..], &["data*"], &["a", "b"], &["{a,b}"]] {
            assert_eq!(buckets(patterns).only_one(), None, "{patterns:?}");
        }
    }

    #[test]
    fn every_broken_pattern_is_reported() {
        let problems = Buckets::parse(vec!["a[".into(), "b".into(), String::new()]).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["buckets[0]", "buckets[2]"]);
    }
}
