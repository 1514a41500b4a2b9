//! Key files that are replaced while the gateway runs.

use std::{fs, path::Path, sync::Arc, time::Duration};

use presign_core::{Readiness, Signer};
use serde_json::{Value, json};

use crate::{
    common::{Hand, build_in, get, location, noon},
    google,
};

fn key_file(email: &str) -> Value {
    let mut file: Value = serde_json::from_str(&fs::read_to_string(google::key_file()).unwrap()).unwrap();
    file["client_email"] = json!(email);
    file
}

/// Replaces a file as a whole, as Kubernetes does.
fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(new, path).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_key_file_is_taken_up_without_a_restart_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.json");
    replace(&path, &key_file("old@project.example").to_string());
    let clock = Hand::at_noon();
    let config = json!({"credentials": {"source": "service_account", "key_file": path}});
    let shown = Arc::clone(&clock);
    let signer = build_in(config, &[], shown).await.unwrap();
    let (location, now) = (location("data", "k"), noon());
    let signed_by = async || {
        let link = get(&signer, &location).await;
        link.split_once("X-Goog-Credential=").unwrap().1.split_once("%40").unwrap().0.to_owned()
    };
    assert_eq!(signed_by().await, "old");
    let first = signer.credential().unwrap();
    assert_eq!(first.expires_at, None);

    let until = async |seconds: i64, holds: &dyn Fn() -> bool| {
        clock.set(seconds);
        while !holds() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let story = async {
        replace(&path, "{\"type\": \"serv");
        until(40, &|| matches!(signer.readiness(now), Readiness::Degraded(_))).await;
        assert_eq!(signed_by().await, "old");
        assert_eq!(signer.credential(), Some(first));
        replace(&path, &key_file("old@project.example").to_string());
        until(80, &|| signer.readiness(now) == Readiness::Ready).await;
        assert_eq!(signer.credential(), Some(first), "the same key again");
        replace(&path, &key_file("new@project.example").to_string());
        until(120, &|| signer.credential() != Some(first)).await;
        assert_eq!(signed_by().await, "new");
    };
    tokio::select! {
        () = signer.keep_fresh() => panic!("it ends only when it is dropped"),
        () = story => {}
    }
}
