//! What the documentation shows is what the backend reads.

use presign_gcs::Config;
use serde_json::Value;

#[test]
fn every_configuration_in_the_documentation_is_one() {
    let page = include_str!("../../../../docs/credentials-gcs.md");
    let blocks: Vec<_> = page.split("```yaml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert_eq!(blocks.len(), 5);
    for block in blocks {
        let all: Value = serde_saphyr::from_str(block).unwrap();
        let mut backend = all["backends"]["google"].clone();
        assert_eq!(backend.as_object_mut().unwrap().remove("type"), Some("gcs".into()), "{block}");
        serde_json::from_value::<Config>(backend).unwrap_or_else(|error| panic!("{block}: {error}"));
    }
}
