//! The contract that every signer keeps.

use std::sync::Arc;

use presign_azure::AzureSigner;
use presign_core::{Backend, ObjectKey, ObjectLocation, Scheme};
use presign_testkit::{Difference, Suite};
use serde_json::json;

use crate::common::{ACCOUNT_KEY, at, build, location, with_account_key};

const HOST: &str = "mlstore.blob.core.windows.net";

fn suite(signer: AzureSigner, endpoint: &'static str) -> Suite {
    let place = move |key: ObjectKey| ObjectLocation::new(Scheme::Azure, Some(endpoint.into()), "data", key).unwrap();
    Suite::new(Arc::new(signer), place).operations(presign_azure::Azure::OPERATIONS)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_key_keeps_the_contract() {
    let signer = with_account_key(json!({"account": "mlstore"})).await;
    suite(signer, HOST)
        .hosts([HOST])
        .secrets([ACCOUNT_KEY, "this account key is made up"])
        // A SAS names permissions and not methods: `r` allows both.
        .exempt([Difference::GetAgainstHead])
        .foreign([location("other.blob.core.windows.net", "data", "k")])
        .run()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn azurite_s_paths_keep_the_contract() {
    let config = json!({"account": "devstoreaccount1", "endpoint": "http://127.0.0.1:10000/devstoreaccount1"});
    suite(with_account_key(config).await, "127.0.0.1:10000/devstoreaccount1")
        .hosts(["127.0.0.1:10000"])
        .secrets([ACCOUNT_KEY])
        .exempt([Difference::GetAgainstHead])
        .foreign([location("127.0.0.1:10000/other", "data", "k"), location("127.0.0.1:10000", "data", "k")])
        .run()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_made_sas_keeps_the_contract_as_far_as_it_can() {
    let token = "sv=2022-11-02&se=2100-01-01T00:00:00Z&sr=c&sp=rcwd&spr=https&sig=cmVhZHktbWFkZQ%3D%3D";
    let credentials = json!({"source": "sas", "token": {"env": "TOKEN"}});
    let config = json!({"account": "mlstore", "containers": ["data"], "credentials": credentials});
    suite(build(config, token).await.unwrap(), HOST)
        .hosts([HOST])
        .tokens(["cmVhZHktbWFkZQ"])
        .signed_at(at("2024-03-01T12:00:00Z"))
        // The signature was made once, for the whole container, with an end of its own.
        .exempt([
            Difference::GetAgainstHead,
            Difference::Operation,
            Difference::Key,
            Difference::Time,
            Difference::Life,
            Difference::Overrides,
        ])
        .run()
        .await;
}
