//! Keys as ClearML writes them, and as its clients ask for them: the gateway's link leads to exactly these bytes.

use crate::world::World;

const ID: &str = "0123456789abcdef0123456789abcdef";

/// What a request's link says about bucket and key: the path of the shelf's URL.
async fn path(world: &World, target: &str) -> String {
    let answer = world.get(target).await;
    assert_eq!(answer.status, 302, "{target}: {}", answer.body);
    let (path, _) = answer.location().split_once('?').unwrap();
    path.strip_prefix("https://shelf.example/").unwrap().to_owned()
}

#[tokio::test]
async fn one_object_has_one_link_whether_a_browser_or_an_sdk_asks() {
    let world = World::new().await;
    let expected = format!("-/bkt/My%20Project/task%253A1.{ID}/artifacts/a%20b/a%2Bb.pkl");
    for target in [
        format!("/?url=s3%3A%2F%2Fbkt%2FMy%20Project%2Ftask%253A1.{ID}%2Fartifacts%2Fa%20b%2Fa%2Bb.pkl"),
        format!("/s3/bkt/My%20Project/task%3A1.{ID}/artifacts/a%20b/a+b.pkl"),
        format!("/s3/bkt/My%20Project/task%253A1.{ID}/artifacts/a%20b/a%2Bb.pkl"),
    ] {
        assert_eq!(path(&world, &target).await, expected, "{target}");
    }
}

#[tokio::test]
async fn reserved_characters_are_bytes_of_the_key() {
    let world = World::new().await;
    for (key, encoded) in [
        ("a?b#c%20d", "a%3Fb%23c%2520d"),
        ("a&b=c;d", "a%26b%3Dc%3Bd"),
        ("/leading", "/leading"),
        ("a//b/", "a//b/"),
        ("+", "%2B"),
        ("ключ 🗝", "%D0%BA%D0%BB%D1%8E%D1%87%20%F0%9F%97%9D"),
        ("https://other.example/x", "https%3A//other.example/x"),
    ] {
        let target = format!("/?url={}", presign_core::encode::query(&format!("s3://minio:9000/bkt/{key}")));
        assert_eq!(path(&world, &target).await, format!("minio:9000/bkt/{encoded}"), "{key}");
    }
}

#[tokio::test]
async fn a_host_is_told_from_a_bucket_by_the_configuration() {
    let world = World::new().await;
    for (url, expected) in [
        ("s3://my-bucket/k", "-/my-bucket/k"),
        ("s3://my-bucket-2/k", "-/my-bucket-2/k"),
        ("S3://MINIO:9000/bkt/k", "minio:9000/bkt/k"),
        ("https://s3.shelf.example/bkt/k%2520", "-/bkt/k%2520"),
        ("https://bkt.s3.shelf.example/k", "-/bkt/k"),
    ] {
        let target = format!("/?url={}", presign_core::encode::query(url));
        assert_eq!(path(&world, &target).await, expected, "{url}");
    }
}
