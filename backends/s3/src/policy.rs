//! The IAM policy that a configuration needs; MinIO's policies have the same form.

use presign_core::{AccessNeed, Policy};
use serde_json::{Value, json};

use crate::region::Region;

/// The least that the identity which signs has to be allowed: one statement a rule.
pub(crate) fn policy(needs: &[AccessNeed], region: &str) -> Policy {
    let partition = Region::parse(region).map_or("aws", Region::partition);
    let statements: Vec<Value> = needs
        .iter()
        .enumerate()
        .flat_map(|(index, need)| [Some(objects(index, need, partition)), listing(index, need, partition)])
        .flatten()
        .collect();
    Policy {
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
        document: json!({"Version": "2012-10-17", "Statement": statements}),
        remarks: vec![
            "attach it to the role or user whose credential signs; a link can do what that identity may do when the \
             link is used, and nothing more"
                .to_owned(),
            "buckets that are encrypted with a KMS key of your own need kms:Decrypt on that key as well".to_owned(),
        ],
    }
}

fn objects(index: usize, need: &AccessNeed, partition: &str) -> Value {
    let allowed = [
        (need.reads(), &["s3:GetObject"][..]),
        // Parts of an upload that breaks off are taken back.
        (need.writes(), &["s3:PutObject", "s3:AbortMultipartUpload"]),
        (need.deletes(), &["s3:DeleteObject"]),
    ];
    let actions: Vec<_> = allowed.into_iter().filter(|(wanted, _)| *wanted).flat_map(|(_, actions)| actions).collect();
    json!({
        "Sid": sid(index, "Objects"),
        "Effect": "Allow",
        "Action": actions,
        "Resource": format!("arn:{partition}:s3:::{}/{}", need.bucket, need.key),
    })
}

/// Without the right to list, S3 answers 403 for an object that is not there.
fn listing(index: usize, need: &AccessNeed, partition: &str) -> Option<Value> {
    need.check_exists.then(|| {
        json!({
            "Sid": sid(index, "Exists"),
            "Effect": "Allow",
            "Action": ["s3:ListBucket"],
            "Resource": format!("arn:{partition}:s3:::{}", need.bucket),
        })
    })
}

/// Letters and digits only, and no two alike.
fn sid(index: usize, what: &str) -> String {
    format!("Rule{}{what}", index + 1)
}
