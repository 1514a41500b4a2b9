//! Roles: STS is asked for what the configuration says, with the credential that it names.

use std::fs;

use presign_core::{SignError, Signer};
use serde_json::json;

use crate::{
    stub::{Answer, Asked, Stub, answer},
    world::{World, later},
};

const ROLE: &str = "arn:aws:iam::123456789012:role/reader";

/// STS: hands out a credential whose access key is `access_key`.
pub(crate) fn assumed(action: &str, access_key: &str, lasts: u64) -> Answer {
    answer(
        200,
        format!(
            "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result><Credentials>\
             <AccessKeyId>{access_key}</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey>\
             <SessionToken>t0ken</SessionToken><Expiration>{}</Expiration></Credentials></{action}Result>\
             </{action}Response>",
            later(lasts)
        ),
    )
}

/// A call of STS with these fields and no others.
pub(crate) fn is_call(asked: &Asked, fields: &[(&str, &str)]) -> bool {
    let right = |(name, value): &(&str, &str)| asked.field(name).as_deref() == Some(*value);
    asked.line() == "POST /"
        && asked.header("content-type") == "application/x-www-form-urlencoded"
        && asked.field("Version").as_deref() == Some("2011-06-15")
        && fields.iter().all(right)
        && asked.body.split('&').count() == fields.len() + 1
}

fn is_signed_by(asked: &Asked, access_key: &str, region: &str) -> bool {
    let authorization = asked.header("authorization");
    authorization.starts_with(&format!("AWS4-HMAC-SHA256 Credential={access_key}/20260102/{region}/sts/aws4_request, "))
}

fn base() -> serde_json::Value {
    json!({"source": "static", "access_key": "BASE", "secret_key": {"env": "SECRET"}})
}

const SECRET: (&str, &str) = ("SECRET", "s3cr3t");

#[tokio::test]
async fn a_role_is_assumed_with_everything_that_the_configuration_says() {
    let policy = r#"{"Statement":[{"Action":["s3:GetObject"],"Effect":"Allow","Resource":["arn:aws:s3:::ml-*/team-a/*"]}],"Version":"2012-10-17"}"#;
    let fields = [
        ("Action", "AssumeRole"),
        ("RoleArn", ROLE),
        ("RoleSessionName", "gate@way"),
        ("ExternalId", "their id"),
        ("DurationSeconds", "1800"),
        ("Policy", policy),
    ];
    let stub = Stub::start(move |asked| {
        (is_call(asked, &fields) && is_signed_by(asked, "BASE", "eu-west-1"))
            .then(|| assumed("AssumeRole", "ROLE", 1800))
    })
    .await;
    let credentials = json!({
        "source": "assume_role", "role_arn": ROLE, "external_id": "their id", "session_name": "gate@way",
        "duration": "30m", "session_policy": {"prefixes": ["team-a/"]}, "base": base(), "sts_endpoint": stub.url(),
    });
    let config = json!({"region": "eu-west-1", "buckets": ["ml-*"], "credentials": credentials});
    let world = World::of(config, &[SECRET]).await.unwrap();
    assert_eq!(world.signer.credential(), None, "nobody has been asked yet");
    let url = world.link_in("ml-data").await.unwrap();
    assert!(url.contains("X-Amz-Credential=ROLE%2F") && url.contains("&X-Amz-Security-Token=t0ken&"), "{url}");
    let info = world.signer_info();
    assert_eq!(info.not_before, Some(world.now()));
    assert_eq!(info.expires_at.unwrap().to_string(), later(1800));
}

#[tokio::test]
async fn a_role_is_assumed_with_a_role_and_the_environment_says_where() {
    let stub = Stub::start(|asked| {
        let name = |role| [("Action", "AssumeRole"), ("RoleArn", role), ("RoleSessionName", "presign-gateway")];
        let first = is_call(asked, &name("arn:aws:iam::1:role/first")) && is_signed_by(asked, "BASE", "eu-west-1");
        let second = is_call(asked, &name("arn:aws:iam::2:role/second"))
            && is_signed_by(asked, "FIRST", "eu-west-1")
            && asked.header("x-amz-security-token") == "t0ken";
        first.then(|| assumed("AssumeRole", "FIRST", 3600)).or(second.then(|| assumed("AssumeRole", "SECOND", 3600)))
    })
    .await;
    let first = json!({"source": "assume_role", "role_arn": "arn:aws:iam::1:role/first", "base": base()});
    let credentials = json!({"source": "assume_role", "role_arn": "arn:aws:iam::2:role/second", "base": first});
    let world = World::new(credentials, &[SECRET, ("AWS_ENDPOINT_URL_STS", &stub.url())]).await;
    assert_eq!(world.access_key().await.unwrap(), "SECOND");
    assert_eq!(stub.asked().len(), 2);
}

/// Service accounts of Kubernetes: the role and the token are in the environment.
#[tokio::test]
async fn a_web_identity_is_a_role_and_a_token_that_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    fs::write(&token, "first.jwt\n").unwrap();
    let stub = Stub::start(|asked| {
        let token = asked.field("WebIdentityToken").unwrap_or_default();
        let fields = [
            ("Action", "AssumeRoleWithWebIdentity"),
            ("RoleArn", ROLE),
            ("RoleSessionName", "presign-gateway"),
            ("WebIdentityToken", token.as_str()),
        ];
        let known = ["first.jwt", "second.jwt"].contains(&token.as_str());
        (known && is_call(asked, &fields) && asked.header("authorization").is_empty()).then(|| {
            assumed(
                "AssumeRoleWithWebIdentity",
                token.trim_end_matches(".jwt"),
                if token.starts_with("first") { 3600 } else { 7200 },
            )
        })
    })
    .await;
    let url = stub.url();
    let variables = [
        ("AWS_ROLE_ARN", ROLE),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap()),
        ("AWS_ENDPOINT_URL_STS", url.as_str()),
    ];
    let world = World::new(json!({"source": "web_identity"}), &variables).await;
    assert_eq!(world.access_key().await.unwrap(), "first");
    fs::write(&token, "second.jwt").unwrap();
    world.set(3000);
    assert_eq!(world.access_key().await.unwrap(), "second");

    let credentials = json!({"source": "web_identity", "role_arn": ROLE, "token_file": token, "sts_endpoint": url});
    assert_eq!(World::new(credentials, &[]).await.access_key().await.unwrap(), "second");
    fs::remove_file(&token).unwrap();
    world.set(7201);
    let error = world.link().await.unwrap_err();
    assert!(matches!(&error, SignError::Credentials(why) if why.contains("no web identity token")), "{error}");
}

#[tokio::test]
async fn a_profile_s_role_is_assumed_with_its_source_profile() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    let config = format!(
        "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = s\n\
         [profile role]\nrole_arn = {ROLE}\nsource_profile = base\nrole_session_name = me\nexternal_id = x\n"
    );
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let fields = [("Action", "AssumeRole"), ("RoleArn", ROLE), ("RoleSessionName", "me"), ("ExternalId", "x")];
    let stub = Stub::start(move |asked| {
        (is_call(asked, &fields) && is_signed_by(asked, "BASE", "eu-west-1"))
            .then(|| assumed("AssumeRole", "ROLE", 3600))
    })
    .await;
    let url = stub.url();
    let variables = [("HOME", home.path().to_str().unwrap()), ("AWS_ENDPOINT_URL_STS", url.as_str())];
    let world = World::new(json!({"source": "profile", "profile": "role"}), &variables).await;
    assert_eq!(world.access_key().await.unwrap(), "ROLE");
}

#[tokio::test]
async fn what_a_role_s_configuration_gets_wrong_is_named_with_its_field() {
    for (more, field) in [
        (json!({"role_arn": null}), "credentials.role_arn"),
        (json!({"role_arn": "reader"}), "credentials.role_arn"),
        (json!({"session_name": "a name"}), "credentials.session_name"),
        (json!({"duration": "5m"}), "credentials.duration"),
        (json!({"sts_endpoint": "sts"}), "credentials.sts_endpoint"),
        (json!({"session_policy": {"prefixes": ["*"]}}), "credentials.session_policy"),
        (json!({"external_id": {"env": "NONE"}}), "credentials.external_id"),
        (json!({"base": {"source": "env"}}), "credentials.base"),
        (json!({"base": {"source": "web_identity", "role_arn": ROLE}}), "credentials.base.token_file"),
    ] {
        let mut credentials = json!({"source": "assume_role", "role_arn": ROLE, "base": base()});
        let fields = credentials.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        let config = json!({"region": "eu-west-1", "credentials": credentials});
        let error = World::of(config, &[SECRET]).await.err().unwrap();
        assert!(error.problems.iter().all(|problem| problem.field == field), "{field}: {error}");
    }
}
