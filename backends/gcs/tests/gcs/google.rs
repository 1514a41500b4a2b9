//! Google's vectors and its test key, which lie in the crate `google-cloud-storage`: no key is kept here.

use std::{path::PathBuf, process::Command, sync::OnceLock};

use serde_json::Value;

/// A file of Google's conformance suite.
pub(crate) fn file(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| crate_folder("google-cloud-storage").join("src/storage/conformance")).join(name)
}

/// The key file of the service account that signed the vectors.
pub(crate) fn key_file() -> PathBuf {
    file("test_service_account.not-a-test.json")
}

/// The platform that is compiled for: the packages of others need not be there.
fn host() -> String {
    let version = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let text = String::from_utf8(version.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

fn crate_folder(name: &str) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == name).unwrap();
    PathBuf::from(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}
