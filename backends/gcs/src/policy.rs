//! The role bindings that a configuration needs.

use presign_core::{AccessNeed, Policy};
use serde_json::{Value, json};

/// Who signs, until whoever applies the bindings fills it in.
const SIGNER: &str = "serviceAccount:SIGNING_SERVICE_ACCOUNT";

/// One set of bindings a bucket, in the form of
/// [`gcloud storage buckets set-iam-policy`](https://cloud.google.com/storage/docs/access-control/using-iam-permissions),
/// and where no key is at hand one for the service account that signs.
pub(crate) fn policy(needs: &[AccessNeed], signs_by_call: bool) -> Policy {
    let mut buckets = serde_json::Map::new();
    for need in needs {
        let bindings = buckets.entry(need.bucket.clone()).or_insert_with(|| json!({"bindings": []}));
        if let Some(list) = bindings.get_mut("bindings").and_then(Value::as_array_mut) {
            list.extend(roles(need).map(|role| binding(role, need)));
        }
    }
    let mut document = json!({"buckets": buckets});
    let mut remarks = vec![
        format!("put the service account whose credential signs in place of {SIGNER}"),
        "conditions on object names need uniform bucket-level access on the bucket".to_owned(),
    ];
    if signs_by_call {
        // https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob
        let binding = json!({
            "role": "roles/iam.serviceAccountTokenCreator",
            "members": ["serviceAccount:GATEWAY_SERVICE_ACCOUNT"],
        });
        if let Some(fields) = document.as_object_mut() {
            fields.insert("service_account".to_owned(), json!({"bindings": [binding]}));
        }
        remarks.push(
            "'service_account' is for the service account that signs: the identity that the gateway runs as (often the \
             same) may call signBlob on it; without a key, that call makes the signatures"
                .to_owned(),
        );
    }
    Policy { document, remarks }
}

fn roles(need: &AccessNeed) -> impl Iterator<Item = &'static str> {
    // https://cloud.google.com/storage/docs/access-control/iam-roles
    let changes = need.deletes() || need.writes();
    let roles = [
        (need.reads() && !changes, "roles/storage.objectViewer"),
        // A write may replace an object, which objectCreator must not.
        (changes, "roles/storage.objectUser"),
    ];
    roles.into_iter().filter(|(wanted, _)| *wanted).map(|(_, role)| role)
}

fn binding(role: &str, need: &AccessNeed) -> Value {
    let prefix = need.key_prefix();
    let mut binding = json!({"role": role, "members": [SIGNER]});
    if let Some(fields) = binding.as_object_mut().filter(|_| !prefix.is_empty()) {
        let literal = prefix.replace('\\', "\\\\").replace('\'', "\\'");
        let bucket = &need.bucket;
        let expression = format!("resource.name.startsWith('projects/_/buckets/{bucket}/objects/{literal}')");
        fields.insert("condition".to_owned(), json!({"title": need.rule, "expression": expression}));
    }
    binding
}
