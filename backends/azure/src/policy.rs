//! The role assignments that a configuration needs.

use std::collections::BTreeMap;

use presign_core::{AccessNeed, Policy};
use serde_json::{Value, json};

/// One [role assignment](https://learn.microsoft.com/azure/storage/blobs/assign-azure-role-data-access) a container,
/// and the right to ask for a delegation key on the account.
pub(crate) fn policy(needs: &[AccessNeed], account: &str) -> Policy {
    let scope = format!(
        "/subscriptions/SUBSCRIPTION/resourceGroups/RESOURCE_GROUP/providers/Microsoft.Storage/storageAccounts/{account}"
    );
    let mut containers: BTreeMap<&str, bool> = BTreeMap::new();
    for need in needs {
        *containers.entry(&need.bucket).or_default() |= need.writes() || need.deletes();
    }
    let delegator = assignment("Storage Blob Delegator", &scope);
    let data = containers.into_iter().map(|(container, changes)| {
        let role = if changes { "Storage Blob Data Contributor" } else { "Storage Blob Data Reader" };
        // A container's name has no pattern characters, so a pattern is all of the account.
        let scope = if container.contains(['*', '?']) {
            scope.clone()
        } else {
            format!("{scope}/blobServices/default/containers/{container}")
        };
        assignment(role, &scope)
    });
    Policy {
        document: Value::Array([delegator].into_iter().chain(data).collect()),
        remarks: vec![
            "assign them to the identity that the gateway signs in as, with az role assignment create; put your \
             subscription and resource group in"
                .to_owned(),
            "roles do not reach below a container: a rule's prefix is kept by the gateway alone".to_owned(),
        ],
    }
}

fn assignment(role: &str, scope: &str) -> Value {
    json!({"roleDefinitionName": role, "scope": scope})
}

/// What there is to say of credentials that Azure's roles do not reach.
pub(crate) fn of_a_key() -> Policy {
    Policy {
        document: json!([]),
        remarks: vec![
            "an account key or a ready-made SAS has no roles: the key may do everything in the account, the SAS what it \
             was made for. Take an identity (workload_identity, managed_identity, client_secret) to have less"
                .to_owned(),
        ],
    }
}
