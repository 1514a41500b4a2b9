//! The policy of a session: what is left of a role's rights
//! ([session policies](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session)).

use presign_core::Operation;
use serde_json::json;

/// The longest that STS takes.
const LONGEST: usize = 2048;
/// What stands for any text in AWS's patterns, and what would stand for more in ours.
const WILDCARDS: [char; 2] = ['*', '?'];

/// The policy that allows these operations on all keys of these buckets that start with one of these prefixes.
///
/// # Errors
/// When a bucket's glob has no like in AWS's patterns, a prefix is a pattern, or the policy gets too long.
pub(crate) fn session_policy(
    partition: &str,
    buckets: &[String],
    prefixes: &[String],
    operations: &[Operation],
) -> Result<String, String> {
    if let Some(glob) = buckets.iter().find(|bucket| bucket.contains(['[', ']', '{', '}', '\\', '!'])) {
        return Err(format!("AWS has no pattern for the bucket '{glob}': only * and ? are known"));
    }
    if let Some(prefix) = prefixes.iter().find(|prefix| prefix.contains(WILDCARDS) || prefix.contains("${")) {
        return Err(format!("the prefix '{prefix}' would be a pattern to AWS: leave * and ? out"));
    }
    let any = ["*".to_owned()];
    let buckets = if buckets.is_empty() { &any[..] } else { buckets };
    let every = [String::new()];
    let prefixes = if prefixes.is_empty() { &every[..] } else { prefixes };
    let resource = |bucket, prefix| format!("arn:{partition}:s3:::{bucket}/{prefix}*");
    let resources: Vec<_> =
        buckets.iter().flat_map(|bucket| prefixes.iter().map(move |prefix| resource(bucket, prefix))).collect();
    let statement = json!({"Effect": "Allow", "Action": actions(operations), "Resource": resources});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    if policy.len() > LONGEST {
        let length = policy.len();
        return Err(format!("the policy is {length} characters long, and STS takes {LONGEST}: name fewer prefixes"));
    }
    Ok(policy)
}

fn actions(operations: &[Operation]) -> Vec<&'static str> {
    let operations = if operations.is_empty() { &[Operation::Get] } else { operations };
    let mut actions: Vec<_> = operations
        .iter()
        .map(|operation| match operation {
            Operation::Get | Operation::Head => "s3:GetObject",
            Operation::Put => "s3:PutObject",
            Operation::Delete => "s3:DeleteObject",
        })
        .collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(buckets: &[&str], prefixes: &[&str]) -> Result<String, String> {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        session_policy("aws", &owned(buckets), &owned(prefixes), &[])
    }

    #[test]
    fn every_prefix_of_every_bucket_may_be_read() {
        let text = policy(&["ml-*", "data"], &["a/", "b\"/"]).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let resources = ["ml-*/a/*", "ml-*/b\"/*", "data/a/*", "data/b\"/*"].map(|path| format!("arn:aws:s3:::{path}"));
        assert_eq!(read["Statement"][0]["Resource"], json!(resources));
        assert_eq!(read["Statement"][0]["Action"], json!(["s3:GetObject"]));
        assert!(policy(&[], &[]).unwrap().contains("\"arn:aws:s3:::*/*\""));
    }

    #[test]
    fn what_would_allow_more_than_it_says_is_refused() {
        for (buckets, prefixes) in
            [(["a[bc]"], ["x"]), (["{a,b}"], ["x"]), (["a"], ["*"]), (["a"], ["${aws:username}"])]
        {
            assert!(policy(&buckets, &prefixes).is_err(), "{buckets:?} {prefixes:?}");
        }
        assert!(policy(&["a"], &["x".repeat(2048).as_str()]).unwrap_err().contains("2048"));
    }
}
