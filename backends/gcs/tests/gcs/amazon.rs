//! Amazon's metadata service, and the check of a signed call as Amazon would make it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use presign_core::{Timestamp, encode};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

pub(crate) const TOKEN_TYPE: &str = "urn:ietf:params:aws:token-type:aws4_request";
pub(crate) const ACCESS_KEY: &str = "ASIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub(crate) const TOKEN: &str = "session/token+==";
pub(crate) const REGION: &str = "eu-west-1";

/// What the metadata service answers, for `session` and without; `None` for what it does not know.
pub(crate) fn metadata(method: &str, target: &str, session: &str, life: &str) -> Option<Value> {
    let meta_data = target.strip_prefix("/latest/meta-data/");
    match (method, meta_data) {
        ("PUT", None) if target == "/latest/api/token" && life == "300" => Some(json!("a session")),
        ("GET", Some(_)) if session != "a session" => None,
        ("GET", Some("placement/availability-zone")) => Some(json!(format!("{REGION}b"))),
        ("GET", Some("iam/security-credentials")) => Some(json!("a-role")),
        ("GET", Some("iam/security-credentials/a-role")) => Some(json!({"Code": "Success",
            "AccessKeyId": ACCESS_KEY, "SecretAccessKey": SECRET_KEY, "Token": TOKEN})),
        _ => None,
    }
}

/// Whether a subject token is a call that Amazon would answer, bound to this audience.
pub(crate) fn vouches(subject_token: &str, audience: &str, now: Timestamp) -> bool {
    let text = encode::decode(subject_token).unwrap_or_default();
    let call: Value = serde_json::from_str(&text).unwrap_or_default();
    let listed = call["headers"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let headers: BTreeMap<String, String> =
        listed.iter().map(|header| (text(&header["key"]).to_lowercase(), text(&header["value"]))).collect();
    let host = format!("sts.{REGION}.amazonaws.com");
    let date = now.iso8601_basic();
    let expected = [
        ("host", host.as_str()),
        ("x-amz-date", date.as_str()),
        ("x-amz-security-token", TOKEN),
        ("x-goog-cloud-target-resource", audience),
    ];
    let url = format!("https://{host}?Action=GetCallerIdentity&Version=2011-06-15");
    call["method"] == "POST"
        && call["url"] == url.as_str()
        && headers.len() == 5
        && expected.iter().all(|(name, value)| headers.get(*name).is_some_and(|given| given == value))
        && headers.get("authorization") == Some(&authorization(&expected, &date, now))
}

/// The signature, made anew ([AWS](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).
fn authorization(headers: &[(&str, &str)], date: &str, now: Timestamp) -> String {
    let hash = |text: &str| {
        let bytes = digest(&SHA256, text.as_bytes());
        bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    };
    let lines = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect::<Vec<_>>().concat();
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let query = "Action=GetCallerIdentity&Version=2011-06-15";
    let canonical = format!("POST\n/\n{query}\n{lines}\n{names}\n{}", hash(""));
    let scope = format!("{}/{REGION}/sts/aws4_request", now.date_basic());
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hash(&canonical));
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(now.unix().try_into().unwrap());
    let signature = calculate_signature(generate_signing_key(SECRET_KEY, time, REGION, "sts"), to_sign.as_bytes());
    format!("AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, Signature={signature}")
}
