//! The caller's name in the signature, for the store's access log.

use presign_core::{Operation, SignRequest, Signer, encode};
use proptest::prelude::*;
use serde_json::json;

use crate::common::{at, build, noon, seconds};

#[tokio::test]
async fn a_link_names_who_asked_and_only_then() {
    let signer = build(json!({"region": "us-east-1"})).await.unwrap();
    assert!(signer.attributes());
    let location = at(None, "data", "k");
    let request = |who| SignRequest::new(Operation::Get, &location, noon(), seconds(60)).attributed_to(who);
    let sign = |who| signer.sign_now(&request(who)).unwrap().unwrap().into_exposed();
    assert!(!sign(None).contains("x-clearml-user"));
    let url = sign(Some("ann"));
    assert!(url.contains("&x-clearml-user=ann&X-Amz-Signature="), "{url}");
    assert_ne!(url.rsplit_once('=').unwrap().1, sign(Some("bob")).rsplit_once('=').unwrap().1);
    let explained = signer.string_to_sign(&request(Some("ann"))).unwrap();
    assert!(explained.contains("&x-clearml-user=ann\n"), "{explained}");
}

proptest! {
    #[test]
    fn no_name_breaks_a_signature(who in prop_oneof![any::<String>(), "[&=?#%+ \\n\\r\\t/é日]{0,20}"]) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let signer = runtime.block_on(build(json!({"region": "us-east-1"}))).unwrap();
        let location = at(None, "data", "k");
        let request = SignRequest::new(Operation::Get, &location, noon(), seconds(60)).attributed_to(Some(&who));
        let url = signer.sign_now(&request).unwrap().unwrap().into_exposed();
        prop_assert!(url.is_ascii() && !url.contains(char::is_whitespace));
        let (path, query) = url.split_once('?').unwrap();
        prop_assert!(path.ends_with("/k"));
        let pairs: Vec<_> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
        let names: Vec<_> = pairs.iter().map(|(name, _)| *name).collect();
        let expected = [
            "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
            "x-clearml-user", "X-Amz-Signature",
        ];
        prop_assert_eq!(names, expected);
        prop_assert_eq!(encode::decode(pairs[5].1), Some(who));
    }
}
