//! The backend from outside: its own defaults over the S3 signer.

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use presign_core::{
        Backend, BuildContext, BuildError, Endpoint, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey,
        ObjectLocation, Operation, Scheme, SignError, SignRequest, Signer, Timestamp,
    };
    use presign_minio::{Config, Minio};
    use presign_s3::S3Signer;
    use presign_testkit::Suite;
    use serde_json::{Value, json};

    const SECRET_KEY: &str = "minio-s3cr3t-key";

    fn config(mut fields: Value) -> Value {
        fields["credentials"] =
            json!({"source": "static", "access_key": "minioadmin", "secret_key": {"env": "SECRET"}});
        fields
    }

    async fn try_build(fields: Value) -> Result<S3Signer, BuildError> {
        let environment = Arc::new(FixedEnvironment::new([("SECRET", SECRET_KEY)]));
        let clock = Arc::new(FixedClock(Timestamp::from_unix(0)));
        let context = BuildContext::new("onprem", environment, clock);
        Minio::build(serde_json::from_value(config(fields)).unwrap(), context).await
    }

    async fn build(fields: Value) -> S3Signer {
        try_build(fields).await.unwrap()
    }

    fn at(endpoint: Option<&str>, bucket: &str, key: &str) -> ObjectLocation {
        let key = ObjectKey::parse(key).unwrap();
        ObjectLocation::new(Scheme::S3, endpoint.map(str::to_owned), bucket, key).unwrap()
    }

    fn link(signer: &S3Signer, location: &ObjectLocation) -> Result<String, SignError> {
        let signed_at = Timestamp::parse_rfc3339("2026-01-02T03:04:05Z").unwrap();
        let life = ExpiresIn::from_seconds(3600).unwrap();
        let signed = signer.sign_now(&SignRequest::new(Operation::Get, location, signed_at, life)).unwrap();
        signed.map(presign_core::SignedUrl::into_exposed)
    }

    #[tokio::test]
    async fn an_endpoint_and_a_credential_are_enough() {
        assert_eq!(Minio::KIND, "minio");
        let signer = build(json!({"endpoint": "http://minio:9000"})).await;
        let url = link(&signer, &at(None, "My.Bucket", "a b")).unwrap();
        assert!(url.starts_with("http://minio:9000/My.Bucket/a%20b?"), "{url}");
        assert!(url.contains("%2F20260102%2Fus-east-1%2Fs3%2Faws4_request&"), "{url}");
    }

    #[test]
    fn an_endpoint_is_needed_and_what_is_aws_s_alone_is_not_known() {
        let read = |fields: Value| serde_json::from_value::<Config>(config(fields)).map_err(|error| error.to_string());
        assert!(read(json!({})).unwrap_err().contains("endpoint"));
        for field in ["dualstack", "fips", "accelerate", "enpoint"] {
            let error = read(json!({"endpoint": "http://minio:9000", field: true})).unwrap_err();
            assert!(error.contains(field), "{error}");
        }
    }

    #[tokio::test]
    async fn problems_are_named_with_their_fields() {
        let error =
            try_build(json!({"endpoint": "minio:9000", "public_endpoint": "https://u:p@minio", "region": "a b"}));
        let error = error.await.unwrap_err();
        let fields: Vec<_> = error.problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["region", "endpoint", "public_endpoint"]);
    }

    #[tokio::test]
    async fn links_lead_to_the_public_endpoint_and_locations_may_name_either() {
        let signer = build(json!({"endpoint": "http://minio:9000", "public_endpoint": "https://minio.example"})).await;
        let names = ["minio", "minio.example", "minio.example:443", "minio:9000"];
        assert_eq!(signer.endpoints(), names.map(|name| Endpoint::path(Scheme::S3, name)));
        for endpoint in names.map(Some).into_iter().chain([None]) {
            let location = at(endpoint, "bucket", "k");
            assert!(signer.claims(&location), "{endpoint:?}");
            assert!(link(&signer, &location).unwrap().starts_with("https://minio.example/bucket/k?"), "{endpoint:?}");
        }
    }

    #[tokio::test]
    async fn sessions_come_from_the_store_s_own_token_service_without_a_role() {
        let token = json!({"source": "web_identity", "token_file": "/nonexistent/token"});
        let session = json!({"source": "assume_role", "base": {"source": "assume_role", "base": token.clone()}});
        for credentials in [token, session] {
            let fields = json!({"endpoint": "http://minio:9000", "credentials": credentials});
            let environment = Arc::new(FixedEnvironment::default());
            let clock = Arc::new(FixedClock(Timestamp::from_unix(0)));
            let built =
                Minio::build(serde_json::from_value(fields).unwrap(), BuildContext::new("m", environment, clock));
            let error = built.await.unwrap().renew(Timestamp::from_unix(60)).await.unwrap_err();
            assert!(error.to_string().contains("/nonexistent/token cannot be read"), "{error}");
        }
    }

    #[tokio::test]
    async fn several_instances_stand_side_by_side() {
        let one = build(json!({"endpoint": "http://one:9000"})).await;
        let other = build(json!({"endpoint": "http://other:9000", "region": "eu-west-9", "buckets": ["team-*"]})).await;
        let location = at(Some("one:9000"), "team-a", "k");
        assert!(one.claims(&location) && !other.claims(&location));
        assert!(matches!(link(&other, &location), Err(SignError::NotServed(_))));
        let location = at(Some("other"), "team-a", "k");
        assert!(!one.claims(&location) && other.claims(&location));
        assert!(!other.claims(&at(Some("other"), "private", "k")));
    }

    #[tokio::test]
    async fn a_store_that_is_set_up_for_it_gets_the_bucket_in_the_host() {
        let signer = build(json!({"endpoint": "http://minio.example:9000", "addressing_style": "virtual"})).await;
        let url = link(&signer, &at(None, "data", "k")).unwrap();
        assert!(url.starts_with("http://data.minio.example:9000/k?"), "{url}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_signer_keeps_its_contract() {
        let fields = json!({"endpoint": "http://minio:9000", "public_endpoint": "http://10.0.0.1:9000"});
        let signer = Arc::new(build(fields).await);
        Suite::new(signer, |key| ObjectLocation::new(Scheme::S3, Some("minio:9000".into()), "bucket", key).unwrap())
            .operations(Minio::OPERATIONS)
            .hosts(["10.0.0.1:9000"])
            .secrets([SECRET_KEY])
            .foreign([at(Some("minio:9001"), "bucket", "k"), at(Some("10.0.0.2"), "bucket", "k")])
            .run()
            .await;
    }
}
