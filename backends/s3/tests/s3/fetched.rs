//! Where credentials come from: each source against a service that is strict about what it is asked.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use serde_json::json;

use crate::{
    stub::{Answer, Asked, Stub, answer},
    world::{World, later},
};

/// A folder with AWS's files.
fn home(config: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".aws/sso/cache")).unwrap();
    fs::write(home.path().join(".aws/config"), config).unwrap();
    home
}

fn path(folder: &tempfile::TempDir) -> &str {
    folder.path().to_str().unwrap()
}

/// A metadata service with one role.
fn imds(asked: &Asked) -> Option<Answer> {
    let in_session = asked.header("x-aws-ec2-metadata-token") == "the-session" && asked.body.is_empty();
    match asked.line().as_str() {
        "PUT /latest/api/token" if asked.header("x-aws-ec2-metadata-token-ttl-seconds").parse::<u32>().is_ok() => {
            Some(answer(200, "the-session"))
        }
        "GET /latest/meta-data/iam/security-credentials/" if in_session => Some(answer(200, "web-server\n")),
        "GET /latest/meta-data/iam/security-credentials/web-server" if in_session => Some(answer(200, issued("IMDS"))),
        _ => None,
    }
}

/// What the metadata service and a container's host hand out.
pub(crate) fn issued(access_key: &str) -> String {
    json!({
        "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": later(0), "AccessKeyId": access_key,
        "SecretAccessKey": "hunter2", "Token": "t0ken", "Expiration": later(3600),
    })
    .to_string()
}

#[tokio::test]
async fn an_instance_s_role_comes_from_its_metadata_service() {
    let stub = Stub::start(imds).await;
    let world = World::new(json!({"source": "imds", "endpoint": stub.url()}), &[]).await;
    assert_eq!(world.access_key().await.unwrap(), "IMDS");
    assert!(world.link().await.unwrap().contains("&X-Amz-Security-Token=t0ken&"));
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", stub.url())];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(World::new(json!({"source": "imds"}), &variables).await.access_key().await.unwrap(), "IMDS");
    assert_eq!(World::new(json!({"source": "default"}), &variables).await.access_key().await.unwrap(), "IMDS");
}

#[tokio::test]
async fn an_instance_without_a_role_or_without_the_service_says_so() {
    let stub = Stub::start(|asked| match asked.line().as_str() {
        "PUT /latest/api/token" => Some(answer(200, "s")),
        _ => Some(answer(404, "")),
    })
    .await;
    let world = World::new(json!({"source": "imds", "endpoint": stub.url()}), &[]).await;
    assert!(world.link().await.unwrap_err().to_string().contains("attach an instance profile"));
    stub.now(|_| Some(answer(403, "")));
    world.set(10);
    assert!(world.link().await.unwrap_err().to_string().contains("switched off"));
    let error = World::new(json!({"source": "default"}), &[("AWS_EC2_METADATA_DISABLED", "true")]).await;
    let error = error.link().await.unwrap_err().to_string();
    assert!(error.contains("neither environment, profile, web identity nor container"), "{error}");
}

#[tokio::test]
async fn a_container_gets_what_its_host_hands_out_with_the_token_as_it_is_in_its_file_now() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    fs::write(&token, "first").unwrap();
    let stub = Stub::start(|asked| {
        let right =
            asked.line() == "GET /v1/credentials" && ["first", "second"].contains(&asked.header("authorization"));
        let issued = issued(asked.header("authorization"));
        let lasts = if issued.contains("first") { 3600 } else { 7200 };
        right.then(|| answer(200, issued.replace(&later(3600), &later(lasts))))
    })
    .await;
    let url = format!("{}/v1/credentials", stub.url());
    let variables = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.to_str().unwrap()),
    ];
    for source in ["ecs", "container", "default"] {
        let world = World::new(json!({"source": source}), &variables).await;
        assert_eq!(world.access_key().await.unwrap(), "first", "{source}");
    }
    let world = World::new(json!({"source": "ecs"}), &variables).await;
    assert_eq!(world.access_key().await.unwrap(), "first");
    fs::write(&token, "second").unwrap();
    world.set(3000);
    assert_eq!(world.access_key().await.unwrap(), "second");
}

#[tokio::test]
async fn outside_of_a_container_and_with_an_address_of_somebody_else_nothing_is_asked() {
    let error = World::new(json!({"source": "ecs"}), &[]).await.link().await.unwrap_err().to_string();
    assert!(error.contains("AWS_CONTAINER_CREDENTIALS_FULL_URI is set"), "{error}");
    let variables = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/steal")];
    let error = World::new(json!({"source": "ecs"}), &variables).await.link().await.unwrap_err().to_string();
    assert!(error.contains("the container's host"), "{error}");
}

fn program(folder: &Path, text: &str) -> String {
    let path = folder.join("helper");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_profile_s_program_is_run_and_what_it_says_when_it_fails_is_kept_secret() {
    let folder = tempfile::tempdir().unwrap();
    let said = json!({
        "Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "hunter2", "SessionToken": "t0ken",
        "Expiration": later(3600),
    });
    let helper = program(folder.path(), &format!("echo '{said}'"));
    let home = home(&format!("[profile tool]\ncredential_process = {helper}\n"));
    let credentials = json!({"source": "profile", "profile": "tool"});
    let world = World::new(credentials.clone(), &[("HOME", path(&home))]).await;
    assert_eq!(world.access_key().await.unwrap(), "PROCESS");
    assert_eq!(world.signer_info().expires_at.unwrap().to_string(), later(3600));

    program(folder.path(), "echo hunter2 >&2; exit 3");
    let error = World::new(credentials, &[("HOME", path(&home))]).await.link().await.unwrap_err().to_string();
    assert!(error.contains("exit status: 3") && !error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_profile_s_single_sign_on_uses_the_token_in_its_cache() {
    let stub = Stub::start(|asked| {
        let right = asked.line() == "GET /federation/credentials?role_name=reader&account_id=123456789012";
        let expiration = (crate::world::start().unix() + 3600) * 1000;
        let role = json!({
            "accessKeyId": "SSO", "secretAccessKey": "hunter2", "sessionToken": "t0ken", "expiration": expiration,
        });
        (right && asked.header("x-amz-sso_bearer_token") == "sso-t0ken")
            .then(|| answer(200, json!({"roleCredentials": role}).to_string()))
    })
    .await;
    let home = home(
        "[profile people]\nsso_start_url = https://team.awsapps.example/start\nsso_region = eu-west-1\n\
         sso_account_id = 123456789012\nsso_role_name = reader\n",
    );
    let token =
        json!({"accessToken": "sso-t0ken", "expiresAt": later(7200), "startUrl": "https://team.awsapps.example/start"});
    // Named by the SHA-1 of the start URL.
    let cache = home.path().join(".aws/sso/cache/dd8228ddae1cf63240d6aab876a343e27564cda7.json");
    fs::write(&cache, token.to_string()).unwrap();
    let url = stub.url();
    let variables = [("HOME", path(&home)), ("AWS_PROFILE", "people"), ("AWS_ENDPOINT_URL_SSO", url.as_str())];
    let world = World::new(json!({"source": "profile"}), &variables).await;
    assert_eq!(world.access_key().await.unwrap(), "SSO");

    fs::remove_file(cache).unwrap();
    let world = World::new(json!({"source": "profile"}), &variables).await;
    let error = world.link().await.unwrap_err();
    assert!(matches!(error, presign_core::SignError::Credentials(_)), "{error}");
}

#[tokio::test]
async fn a_key_that_is_rotated_on_disk_is_the_one_that_signs_a_minute_later() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (id, secret) = (file("id", "OLD\n"), file("secret", "hunter2\n"));
    let credentials = json!({"source": "static", "access_key": {"file": id}, "secret_key": {"file": secret}});
    let world = World::new(credentials, &[]).await;
    assert_eq!(world.access_key().await.unwrap(), "OLD");
    let before = world.signer_info();
    world.keep_fresh_until(70, || world.heard.0.lock().unwrap().len() == 2).await;
    assert_eq!(world.signer_info(), before, "the same key is the same credential");
    file("id", "NEW");
    world.keep_fresh_until(140, || world.signer_info().generation > before.generation).await;
    assert_eq!(world.access_key().await.unwrap(), "NEW");
}

#[tokio::test]
async fn a_profile_s_key_that_is_rotated_is_seen_too() {
    let profile = |key: &str| format!("[default]\naws_access_key_id = {key}\naws_secret_access_key = hunter2\n");
    let home = home(&profile("OLD"));
    let world = World::new(json!({"source": "profile"}), &[("HOME", path(&home))]).await;
    assert_eq!(world.access_key().await.unwrap(), "OLD");
    fs::write(home.path().join(".aws/config"), profile("NEW")).unwrap();
    world.keep_fresh_until(70, || world.heard.0.lock().unwrap().len() == 2).await;
    assert_eq!(world.access_key().await.unwrap(), "NEW");
}
