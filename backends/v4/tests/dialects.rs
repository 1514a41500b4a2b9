//! What the documentation says, in both dialects.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up may as well panic")]

use presign_core::{ExpiresIn, Timestamp};
use presign_v4::{HmacSigner, PresignRequest, Scope};

fn request<'a>(signed_at: &str, seconds: u64) -> PresignRequest<'a> {
    let signed_at = Timestamp::parse_rfc3339(signed_at).unwrap();
    PresignRequest::new("GET", signed_at, ExpiresIn::from_seconds(seconds).unwrap())
}

fn aws_example() -> HmacSigner {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into();
    HmacSigner::aws4("AKIAIOSFODNN7EXAMPLE", secret, "us-east-1", "s3")
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
#[test]
fn the_example_of_aws_s_documentation_is_signed_as_there() {
    let request = PresignRequest {
        host: &["examplebucket.s3.amazonaws.com"],
        path: &["/test.txt"],
        ..request("2013-05-24T00:00:00Z", 86_400)
    };
    assert_eq!(
        aws_example().sign(&request),
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z\
         &X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
}

#[test]
fn google_s_dialect_has_its_own_names_and_scope() {
    let request = PresignRequest {
        host: &["storage.googleapis.com"],
        path: &["/", "b", "/", "o"],
        ..request("2019-02-01T09:00:00Z", 10)
    };
    let expected = "https://storage.googleapis.com/b/o?X-Goog-Algorithm=GOOG4-HMAC-SHA256\
        &X-Goog-Credential=GOOGACCESS%2F20190201%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=20190201T090000Z\
        &X-Goog-Expires=10&X-Goog-SignedHeaders=host&X-Goog-Signature=";
    // Calculated with Python's hmac; the second secret is longer than a block of SHA-256.
    for (secret, signature) in [
        ("secret".to_owned(), "ef66ae3de5144708209c6205cd12da79b8c9df8d8c16242926dfdd90d0185fa0"),
        ("s".repeat(80), "e7ce7d2ba7203741f3a77631ffd78fcbd8ee933546f9ed4fa6f5f0b8692b4221"),
    ] {
        let signer = HmacSigner::goog4("GOOGACCESS", secret.into(), "auto", "storage");
        assert_eq!(signer.sign(&request), format!("{expected}{signature}"));
        let scope = "GOOG4-HMAC-SHA256\n20190201T090000Z\n20190201/auto/storage/goog4_request\n";
        assert!(signer.explain(&request).string_to_sign.starts_with(scope));
    }
}

/// The first of Google's conformance vectors (`v4_signatures.json`, "Simple GET").
#[test]
fn an_rsa_signer_gets_the_string_to_sign_and_adds_its_signature() {
    let email = "test-iam-credentials@dummy-project-id.iam.gserviceaccount.com";
    let request = PresignRequest {
        host: &["storage.googleapis.com"],
        path: &["/test-bucket/test-object"],
        ..request("2019-02-01T09:00:00Z", 10)
    };
    let unsigned = Scope::goog4_rsa(email, "auto", "storage").unsigned(&request);
    assert_eq!(
        unsigned.string_to_sign(),
        "GOOG4-RSA-SHA256\n20190201T090000Z\n20190201/auto/storage/goog4_request\n\
         00e2fb794ea93d7adb703edaebdd509821fcc7d4f1a79ac5c8d2b394df109320"
    );
    assert!(
        unsigned.with_signature(&[0x00, 0xab, 0xff]).ends_with("&X-Goog-SignedHeaders=host&X-Goog-Signature=00abff")
    );
}

#[test]
fn a_day_s_key_serves_that_day_only() {
    let signer = aws_example();
    let at = |time| PresignRequest { host: &["h"], ..request(time, 60) };
    let evening = signer.sign(&at("2013-05-24T23:59:59Z"));
    let midnight = signer.sign(&at("2013-05-25T00:00:00Z"));
    assert!(midnight.contains("%2F20130525%2F"), "{midnight}");
    assert_eq!(midnight, aws_example().sign(&at("2013-05-25T00:00:00Z")));
    assert_eq!(evening, signer.sign(&at("2013-05-24T23:59:59Z")));
}

#[test]
fn a_default_port_is_not_signed_because_clients_do_not_send_it() {
    let signed = |scheme, host| {
        let request = PresignRequest { scheme, host: &[host], ..request("2013-05-24T00:00:00Z", 60) };
        aws_example().explain(&request).canonical_request
    };
    assert_eq!(signed("https", "h:443"), signed("https", "h"));
    assert_eq!(signed("http", "h:80"), signed("http", "h"));
    assert!(signed("http", "h:443").contains("\nhost:h:443\n"));
    assert!(signed("https", "h:80").contains("\nhost:h:80\n"));
}

#[test]
fn neither_debug_nor_an_explanation_shows_secret_token_or_signature() {
    let signer = aws_example().with_session_token(&"t0ken/+=".into());
    let request = PresignRequest { host: &["h"], query: &[("x-a", "b&c")], ..request("2013-05-24T00:00:00Z", 60) };
    let url = signer.sign(&request);
    let (_, signature) = url.rsplit_once('=').unwrap();
    let explanation = signer.explain(&request).to_string();
    for shown in [format!("{signer:?}"), explanation.clone(), format!("{:?}", signer.explain(&request))] {
        for hidden in ["t0ken", "wJalrXUtnFEMI", signature] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
    assert!(explanation.contains("&X-Amz-Security-Token=<redacted>&X-Amz-SignedHeaders=host&x-a=b%26c\n"));
    assert!(url.contains("&X-Amz-Security-Token=t0ken%2F%2B%3D&"));
}

#[test]
fn headers_are_signed_in_lower_case_sorted_and_collapsed() {
    let headers = [("X-B", "  two   words "), ("content-type", "text/plain"), ("x-b", "again")];
    let request = PresignRequest { host: &["h"], headers: &headers, ..request("2013-05-24T00:00:00Z", 60) };
    let canonical = aws_example().explain(&request).canonical_request;
    let expected = "content-type:text/plain\nhost:h\nx-b:two words,again\n\ncontent-type;host;x-b\nUNSIGNED-PAYLOAD";
    assert!(canonical.ends_with(expected), "{canonical}");
    assert!(canonical.contains("X-Amz-SignedHeaders=content-type%3Bhost%3Bx-b\n"), "{canonical}");
}
