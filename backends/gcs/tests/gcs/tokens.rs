//! Every way to a token.

use std::{fs, path::PathBuf};

use presign_core::{BuildError, SignError, Signer};
use presign_gcs::GcsSigner;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    amazon,
    common::{Hand, build_in, get, location, noon, with_service_account},
    google,
    stub::{IMDS, IMPERSONATE, METADATA, OAUTH, SIGN, STS, SUBJECT, Stub, fault},
};

/// A folder with a credential file, which the environment names.
pub(crate) struct Home {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    pub(crate) fn new(file: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("adc.json");
        fs::write(&path, file.to_string()).unwrap();
        let named = ("GOOGLE_APPLICATION_CREDENTIALS".to_owned(), path.to_str().unwrap().to_owned());
        Self { folder, variables: vec![named] }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) async fn build(&self, credentials: Value) -> Result<GcsSigner, BuildError> {
        let variables: Vec<_> = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        build_in(json!({"credentials": credentials}), &variables, Hand::at_noon()).await
    }
}

fn adc(stub: &Stub) -> Value {
    json!({"source": "adc", "iam_endpoint": stub.url("")})
}

fn impersonate(stub: &Stub) -> Value {
    json!({"source": "impersonate", "service_account": stub.email, "iam_endpoint": stub.url("")})
}

pub(crate) fn user(stub: &Stub) -> Value {
    json!({"type": "authorized_user", "client_id": "cl i&d", "client_secret": "se=cret", "refresh_token": "1//refresh",
        "token_uri": stub.url("/oauth"), "quota_project_id": "p"})
}

fn impersonation_url(stub: &Stub, email: &str) -> String {
    stub.url(&format!("/v1/projects/-/serviceAccounts/{email}:generateAccessToken"))
}

fn federated(stub: &Stub, source: &Value) -> Value {
    json!({"type": "external_account", "audience": "//iam.googleapis.com/pool", "token_url": stub.url("/sts"),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "credential_source": source,
        "service_account_impersonation_url": impersonation_url(stub, &stub.email)})
}

/// Signs, and compares with what the account's own key signs.
async fn assert_signs(signer: &GcsSigner) {
    let location = location("data", "k");
    assert_eq!(get(signer, &location).await, get(&with_service_account(json!({})).await, &location).await);
}

#[tokio::test]
async fn a_service_account_s_key_signs_here_and_asks_nobody() {
    let home = Home::new(&serde_json::from_str(&fs::read_to_string(google::key_file()).unwrap()).unwrap());
    assert_signs(&home.build(json!({"source": "adc"})).await.unwrap()).await;
}

#[tokio::test]
async fn a_service_account_acts_as_another_with_a_token_of_its_own_making() {
    let stub = Stub::start(noon()).await;
    let home = Home::new(&serde_json::from_str(&fs::read_to_string(google::key_file()).unwrap()).unwrap());
    assert_signs(&home.build(impersonate(&stub)).await.unwrap()).await;
    assert_eq!([OAUTH, SIGN].map(|service| stub.calls(service)), [0, 1]);
}

#[tokio::test]
async fn a_user_acts_as_a_service_account() {
    let stub = Stub::start(noon()).await;
    let home = Home::new(&user(&stub));
    assert_signs(&home.build(impersonate(&stub)).await.unwrap()).await;
    assert_eq!([OAUTH, SIGN].map(|service| stub.calls(service)), [1, 1]);
    let problem = home.build(adc(&stub)).await.unwrap_err().to_string();
    assert!(problem.contains("source: impersonate"), "{problem}");
}

#[tokio::test]
async fn an_impersonated_service_account_is_one_on_the_way_to_another() {
    let stub = Stub::start(noon()).await;
    let own = json!({"type": "impersonated_service_account", "source_credentials": user(&stub),
        "service_account_impersonation_url": impersonation_url(&stub, &stub.email)});
    assert_signs(&Home::new(&own).build(adc(&stub)).await.unwrap()).await;
    let name = |account: &str| format!("projects/-/serviceAccounts/{account}@project.example");
    let other = json!({"type": "impersonated_service_account", "source_credentials": user(&stub),
        "delegates": [name("first")],
        "service_account_impersonation_url": impersonation_url(&stub, "second@project.example")});
    stub.expect_delegates(json!([name("first"), name("second")]));
    assert_signs(&Home::new(&other).build(impersonate(&stub)).await.unwrap()).await;
}

#[tokio::test]
async fn a_federated_identity_comes_with_a_token_from_a_file_that_is_rotated() {
    let stub = Stub::start(noon()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let home = Home::new(&federated(&stub, &json!({"file": file})));
    let signer = home.build(adc(&stub)).await.unwrap();
    let error = signer.renew(noon()).await.unwrap_err();
    assert!(matches!(&error, SignError::Credentials(why) if why.contains("cannot be read")), "{error}");
    fs::write(&file, "subject token\n").unwrap();
    let signer = home.build(adc(&stub)).await.unwrap();
    assert_signs(&signer).await;
    assert_eq!([STS, IMPERSONATE, SIGN].map(|service| stub.calls(service)), [1, 1, 1]);
}

#[tokio::test]
async fn a_federated_identity_s_token_may_come_from_a_url_or_a_program() {
    let stub = Stub::start(noon()).await;
    let format = json!({"type": "json", "subject_token_field_name": "here"});
    let url = json!({"url": stub.url("/subject"), "headers": {"Metadata-Flavor": "subject"}, "format": format});
    assert_signs(&Home::new(&federated(&stub, &url)).build(adc(&stub)).await.unwrap()).await;
    assert_eq!(stub.calls(SUBJECT), 1);

    let folder = tempfile::tempdir().unwrap();
    let printed = folder.path().join("printed.json");
    fs::write(&printed, r#"{"version":1,"success":true,"token_type":"x","id_token":"subject token"}"#).unwrap();
    let program = json!({"executable": {"command": format!("cat {}", printed.display()), "timeout_millis": 5000}});
    let home = Home::new(&federated(&stub, &program));
    let error = home.build(adc(&stub)).await.unwrap().renew(noon()).await.unwrap_err();
    assert!(error.to_string().contains("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1"), "{error}");
    let home = home.with("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1");
    assert_signs(&home.build(adc(&stub)).await.unwrap()).await;
}

/// As `gcloud iam workload-identity-pools create-cred-config --aws --enable-imdsv2` writes it.
fn amazon(stub: &Stub) -> Value {
    let metadata = |path: &str| stub.url(&format!("/latest/{path}"));
    let mut file = federated(
        stub,
        &json!({"environment_id": "aws1", "region_url": metadata("meta-data/placement/availability-zone"),
            "url": metadata("meta-data/iam/security-credentials"),
            "regional_cred_verification_url":
                "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
            "imdsv2_session_token_url": metadata("api/token")}),
    );
    file["subject_token_type"] = json!(amazon::TOKEN_TYPE);
    file
}

#[tokio::test]
async fn an_identity_of_amazon_s_vouches_for_itself_by_a_call_that_google_makes() {
    let stub = Stub::start(noon()).await;
    assert_signs(&Home::new(&amazon(&stub)).build(adc(&stub)).await.unwrap()).await;
    assert_eq!([IMDS, STS, IMPERSONATE, SIGN].map(|service| stub.calls(service)), [4, 1, 1, 1]);
}

#[tokio::test]
async fn the_variables_of_amazon_s_programs_go_before_its_metadata_service() {
    let stub = Stub::start(noon()).await;
    let home = Home::new(&amazon(&stub))
        .with("AWS_ACCESS_KEY_ID", amazon::ACCESS_KEY)
        .with("AWS_SECRET_ACCESS_KEY", amazon::SECRET_KEY)
        .with("AWS_SESSION_TOKEN", amazon::TOKEN)
        .with("AWS_REGION", amazon::REGION);
    assert_signs(&home.build(adc(&stub)).await.unwrap()).await;
    assert_eq!([IMDS, STS].map(|service| stub.calls(service)), [0, 1]);
}

#[tokio::test]
async fn a_machine_of_amazon_s_without_a_role_is_told_from_one_whose_metadata_service_is_down() {
    for (status, refused) in [(404, true), (503, false)] {
        let stub = Stub::start(noon()).await;
        stub.break_down(IMDS, fault(status));
        let error = Home::new(&amazon(&stub)).build(adc(&stub)).await.unwrap().renew(noon()).await.unwrap_err();
        assert_eq!(matches!(&error, SignError::Credentials(_)), refused, "{error}");
        assert!(error.to_string().contains("instance metadata service"), "{error}");
    }
}

#[tokio::test]
async fn a_federated_identity_of_its_own_cannot_sign_but_act_as_one_that_can() {
    let stub = Stub::start(noon()).await;
    let mut file = federated(&stub, &json!({"file": "token"}));
    file.as_object_mut().unwrap().remove("service_account_impersonation_url");
    let home = Home::new(&file);
    let problem = home.build(adc(&stub)).await.unwrap_err().to_string();
    assert!(problem.contains("source: impersonate"), "{problem}");
    file["credential_source"] = json!({"file": home.path("token")});
    fs::write(home.path("token"), "subject token").unwrap();
    assert_signs(&Home::new(&file).build(impersonate(&stub)).await.unwrap()).await;
    assert_eq!([STS, IMPERSONATE, SIGN].map(|service| stub.calls(service)), [1, 0, 1]);
}

#[tokio::test]
async fn what_cannot_work_is_said_when_the_configuration_is_read() {
    let stub = Stub::start(noon()).await;
    let mut clear = user(&stub);
    clear["token_uri"] = json!("http://oauth.example/token");
    let aws = json!({"environment_id": "aws2", "regional_cred_verification_url": "https://sts.{region}.amazonaws.com"});
    let aws = federated(&stub, &aws);
    for (file, credentials, says) in [
        (clear, impersonate(&stub), "'token_uri'"),
        (aws, adc(&stub), "'aws1'"),
        (json!({"type": "magic"}), adc(&stub), "'magic'"),
        (user(&stub), json!({"source": "impersonate", "service_account": "nobody"}), "service_account: is not"),
        (user(&stub), json!({"source": "impersonate", "service_account": "a@b.c", "delegates": ["x"]}), "delegates[0]"),
        (
            user(&stub),
            json!({"source": "impersonate", "service_account": "a@b.c", "iam_endpoint": "http://iam.example"}),
            "iam_endpoint",
        ),
    ] {
        let problem = Home::new(&file).build(credentials).await.unwrap_err().to_string();
        assert!(problem.contains(says) && !problem.contains("se=cret"), "{problem}");
    }
    let named = [("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/adc.json")];
    let problem = build_in(json!({"credentials": {"source": "adc"}}), &named, Hand::at_noon()).await.unwrap_err();
    assert!(problem.to_string().contains("/nowhere/adc.json"), "{problem}");
}

#[tokio::test]
async fn a_token_service_that_refuses_is_told_from_one_that_is_down_and_no_secret_is_said() {
    for (service, status, refused) in [
        (OAUTH, 400, true),
        (OAUTH, 503, false),
        (OAUTH, 429, false),
        (STS, 400, true),
        (STS, 500, false),
        (IMPERSONATE, 403, true),
        (IMPERSONATE, 503, false),
        (METADATA, 404, true),
        (METADATA, 503, false),
    ] {
        let stub = Stub::start(noon()).await;
        let mut broken = fault(status);
        broken.body =
            json!({"error": "no_way", "error_description": "eyJhbGciOi.secret is no token, and 1//refresh neither"});
        stub.break_down(service, broken);
        let folder = tempfile::tempdir().unwrap();
        let token = folder.path().join("token");
        fs::write(&token, "subject token").unwrap();
        let (file, credentials) = match service {
            OAUTH => (user(&stub), impersonate(&stub)),
            _ => (federated(&stub, &json!({"file": token})), adc(&stub)),
        };
        let home = Home::new(&file);
        let signer = if service == METADATA {
            crate::keyless::on_a_machine(&stub, &Hand::at_noon()).await
        } else {
            home.build(credentials).await.unwrap()
        };
        let error = signer.renew(noon()).await.unwrap_err();
        assert_eq!(matches!(error, SignError::Credentials(_)), refused, "{service} {status}: {error}");
        assert_eq!(matches!(error, SignError::Unavailable { retry_after: Some(_), .. }), !refused, "{error}");
        let all = format!("{error} {:?} {signer:?}", signer.readiness(noon()));
        for secret in ["secret", "refresh", "subject token", "se=cret"] {
            assert!(!all.contains(secret), "{all}");
        }
    }
}

#[tokio::test]
async fn a_token_that_ended_before_it_began_is_none() {
    let stub = Stub::start(noon()).await;
    stub.tokens_live(0);
    let signer = crate::keyless::on_a_machine(&stub, &Hand::at_noon()).await;
    let error = signer.renew(noon()).await.unwrap_err();
    assert!(error.to_string().contains("look at the clocks"), "{error}");
}

#[tokio::test]
async fn what_is_no_metadata_server_is_not_believed() {
    let signer =
        build_in(json!({"credentials": {"source": "adc"}}), &[("GCE_METADATA_HOST", "127.0.0.1:9")], Hand::at_noon());
    let error = signer.await.unwrap().renew(noon()).await.unwrap_err();
    assert!(error.to_string().contains("GOOGLE_APPLICATION_CREDENTIALS"), "{error}");
}

#[tokio::test]
async fn a_thousand_first_requests_make_one_call_to_the_token_service() {
    let stub = Stub::start(noon()).await;
    let home = Home::new(&user(&stub));
    let signer = home.build(impersonate(&stub)).await.unwrap();
    let all = (0..1000).map(|_| signer.renew(noon()));
    assert!(futures::future::join_all(all).await.iter().all(Result::is_ok));
    assert_eq!(stub.calls(OAUTH), 1);
}
