//! No command but `sign` shows what opens an object, and none shows a secret.

use crate::support::{AT, CONFIG, SECRET, run_with};

#[test]
fn a_secret_that_stands_in_the_configuration_is_refused_and_not_repeated() {
    let config = CONFIG.replace("{env: EXAMPLE_SECRET}", &format!("'{SECRET}'"));
    for arguments in [
        ["check"].as_slice(),
        &["check", "--json"],
        &["sign", "s3://examplebucket/x"],
        &["explain", "s3://examplebucket/x"],
        &["serve"],
    ] {
        let ran = run_with(&config, arguments, "");
        let said = format!("{}{}", ran.output, ran.errors);
        assert_eq!(ran.code, 1, "{said}");
        assert!(said.contains("{env: NAME}") && !said.contains(SECRET), "{said}");
    }
}

#[test]
fn an_explanation_has_no_signature_and_no_session_token() {
    let secret_key = "secret_key: {env: EXAMPLE_SECRET}";
    // Any secret will do for a token, as long as nothing else has to do with it.
    let config = CONFIG.replace(secret_key, &format!("{secret_key}, session_token: {{file: TOKEN_FILE}}"));
    let token = "FQoGZXIvYXdzEXAMPLETOKEN";
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), token).unwrap();
    let config = config.replace("TOKEN_FILE", file.path().to_str().unwrap());

    let url = "s3://examplebucket/x";
    let link = run_with(&config, &["sign", "--at", AT, url], "").fine();
    assert!(link.contains(token), "{link}");
    let signature = link.trim().split_once("X-Amz-Signature=").unwrap().1;
    for arguments in [["explain", "--at", AT, url].as_slice(), &["explain", "--json", "--at", AT, url]] {
        let told = run_with(&config, arguments, "").fine();
        assert!(told.contains("AWS4-HMAC-SHA256"), "{told}");
        assert!(!told.contains(token) && !told.contains(signature) && !told.contains(SECRET), "{told}");
    }
}
