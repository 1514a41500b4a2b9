//! Which buckets a backend may sign for.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use presign_core::Problem;

/// The configured buckets, by name or by glob; without any, all.
#[derive(Debug, Clone)]
pub(crate) struct Buckets(Option<GlobSet>);

impl Buckets {
    /// Reads the configured patterns.
    ///
    /// # Errors
    /// Each pattern that is no glob.
    pub(crate) fn parse(patterns: &[String]) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut set = GlobSetBuilder::new();
        for (index, pattern) in patterns.iter().enumerate() {
            let mut report = |message: String| problems.push(Problem { field: format!("buckets[{index}]"), message });
            match GlobBuilder::new(pattern).literal_separator(true).build() {
                Ok(_) if pattern.is_empty() => report("is empty: name a bucket, or write '*' for all".to_owned()),
                Ok(glob) => {
                    set.add(glob);
                }
                Err(error) => report(format!("is no glob: {}", error.kind())),
            }
        }
        match set.build() {
            Ok(_) if !problems.is_empty() => Err(problems),
            Ok(set) => Ok(Self((!patterns.is_empty()).then_some(set))),
            Err(error) => {
                problems.push(Problem { field: "buckets".to_owned(), message: error.to_string() });
                Err(problems)
            }
        }
    }

    /// Whether the bucket is one of them.
    pub(crate) fn contains(&self, bucket: &str) -> bool {
        self.0.as_ref().is_none_or(|set| set.is_match(bucket))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(patterns: &[&str]) -> Buckets {
        Buckets::parse(&patterns.iter().map(|&pattern| pattern.to_owned()).collect::<Vec<_>>()).unwrap()
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
        for name in ["data-private", "my-data", "team", "Data", ""] {
            assert!(!some.contains(name), "{name}");
        }
    }

    #[test]
    fn every_broken_pattern_is_reported() {
        let patterns = ["a[".to_owned(), "b".to_owned(), String::new()];
        let problems = Buckets::parse(&patterns).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["buckets[0]", "buckets[2]"]);
    }
}
