//! Access keys in AWS's own files.

use std::fs;

use presign_core::{Operation, SignRequest, Signer};
use serde_json::json;

use crate::common::{at, build_in, noon, seconds};

const CREDENTIALS: &str = "\
[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = s3cr3tdefault

[team]
aws_access_key_id = AKIDTEAM
aws_secret_access_key = s3cr3tteam
aws_session_token = t0ken/=

[half]
aws_access_key_id = AKIDHALF
";

const CONFIG: &str = "\
[profile role-of-environment]
role_arn = arn:aws:iam::123456789012:role/reader
credential_source = Environment

[profile login]
login_session = arn:aws:iam::123456789012:user/me

[profile config-only]
aws_access_key_id = AKIDCONFIG
aws_secret_access_key = s3cr3tconfig
";

/// A home folder with both files.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/credentials"), CREDENTIALS).unwrap();
    fs::write(home.path().join(".aws/config"), CONFIG).unwrap();
    home
}

/// The access key that signs (or why none does), and the whole link.
async fn sign(profile: Option<&str>, environment: &[(&str, &str)]) -> Result<(String, String), String> {
    let credentials = json!({"source": "profile", "profile": profile});
    let config = json!({"region": "us-east-1", "credentials": credentials});
    let signer = build_in(config, environment.iter().copied()).await.map_err(|error| error.to_string())?;
    let location = at(None, "bucket", "k");
    let request = SignRequest::new(Operation::Get, &location, noon(), seconds(3600));
    let url = signer.sign(&request).await.unwrap().into_exposed();
    let (_, credential) = url.split_once("X-Amz-Credential=").unwrap();
    Ok((credential.split('%').next().unwrap().to_owned(), url))
}

#[tokio::test]
async fn the_profile_is_the_configured_one_or_what_aws_profile_says_or_default() {
    let home = home();
    let home = ("HOME", home.path().to_str().unwrap());
    for (profile, variables, expected) in [
        (None, vec![home], "AKIDDEFAULT"),
        (None, vec![home, ("AWS_PROFILE", "team")], "AKIDTEAM"),
        (Some("team"), vec![home, ("AWS_PROFILE", "default")], "AKIDTEAM"),
        (Some("config-only"), vec![home], "AKIDCONFIG"),
    ] {
        assert_eq!(sign(profile, &variables).await.unwrap().0, expected, "{profile:?} {variables:?}");
    }
}

#[tokio::test]
async fn a_profile_s_session_token_is_used() {
    let home = home();
    let (_, url) = sign(Some("team"), &[("HOME", home.path().to_str().unwrap())]).await.unwrap();
    assert!(url.contains("&X-Amz-Security-Token=t0ken%2F%3D&"), "{url}");
}

#[tokio::test]
async fn the_files_are_where_their_variables_point() {
    let folder = home();
    let credentials = folder.path().join(".aws/credentials");
    let variables = [("AWS_SHARED_CREDENTIALS_FILE", credentials.to_str().unwrap()), ("HOME", "/nonexistent")];
    assert_eq!(sign(Some("team"), &variables).await.unwrap().0, "AKIDTEAM");
    let variables = [("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"), ("HOME", folder.path().to_str().unwrap())];
    assert_eq!(sign(Some("team"), &variables).await.unwrap().0, "AKIDTEAM");
}

#[tokio::test]
async fn a_profile_without_an_access_key_is_refused_with_the_reason_and_no_secret() {
    let home = home();
    let variables = [("HOME", home.path().to_str().unwrap())];
    for (profile, reason) in [
        ("half", "has no aws_access_key_id and aws_secret_access_key"),
        ("role-of-environment", "base: {source: env}"),
        ("login", "by login_session"),
        ("nobody", "there is no profile 'nobody' in AWS's files, only config-only, default, half, "),
    ] {
        let error = sign(Some(profile), &variables).await.unwrap_err();
        assert!(error.starts_with("credentials.profile: ") && error.contains(reason), "{error}");
        assert!(!error.contains("s3cr3t") && !error.contains("AKID"), "{error}");
    }
}

#[tokio::test]
async fn files_that_are_missing_or_broken_are_named() {
    let error = sign(None, &[("HOME", "/nonexistent")]).await.unwrap_err();
    assert!(error.contains("there is no profile 'default': AWS's files are missing or empty"), "{error}");
    let error = sign(None, &[("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")]).await.unwrap_err();
    assert!(error.contains("the file /nonexistent cannot be read"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken");
    fs::write(&path, "[default]\naws_secret_access_key s3cr3t\n").unwrap();
    let error = sign(None, &[("AWS_SHARED_CREDENTIALS_FILE", path.to_str().unwrap())]).await.unwrap_err();
    assert!(error.contains(path.to_str().unwrap()) && error.contains("line 2") && !error.contains("s3cr3t"), "{error}");
}
