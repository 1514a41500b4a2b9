"""One object, asked for in every form that a client or a proxy makes of its URL."""

from urllib.parse import quote

import pytest

from client import Caller, component, send
from keys import CLEARML_ARTIFACT, KEYS, body
from servers.store import Store


def link(caller: Caller, target: str) -> str:
    """Where a request target leads, without what changes from second to second."""
    answer = caller.target("GET", target)
    assert answer.status == 302, (target, answer)
    return answer.location.partition("?")[0]


@pytest.mark.parametrize("name", ["plain", "plus", "Japanese", "asterisk", "double quotes", "deep", "literal %25"])
def test_all_path_forms_lead_to_the_same_object(rgw: Store, alice: Caller, name: str) -> None:
    key = KEYS[name]
    wanted = alice.signed(rgw.url(key)).partition("?")[0]
    path = f"{rgw.bucket}/{quote(key)}"
    for target in (f"/s3/{path}", f"/s3://{path}", f"/s3:/{path}", "/" + quote(rgw.url(key), safe="")):
        assert link(alice, target) == wanted, target


def test_the_path_forms_take_an_endpoint_with_a_port(minio: Store, alice: Caller) -> None:
    wanted = alice.signed(minio.url(KEYS["plus"])).partition("?")[0]
    path = f"127.0.0.1:{minio.port}/{minio.bucket}/a%2Bb.txt"
    for target in (f"/s3/{path}", f"/s3://{path}", f"/s3:/{path}", "/" + quote(minio.url("a+b.txt"), safe="")):
        assert link(alice, target) == wanted, target


def test_azure_and_google_have_path_forms_too(stores, alice: Caller) -> None:
    azure, gcs = stores["azure"], stores["gcs"]
    assert send("GET", alice.target("GET", azure.url("plain.txt").replace("azure://", "/azure/")).location).status == 200
    assert send("GET", alice.target("GET", f"/gs/{gcs.bucket}/a%20b.txt").location).body == body("a b.txt")


@pytest.mark.parametrize("parameter", ["url", "uri", "src", "path", "file", "anything"])
def test_any_query_parameter_may_carry_the_url(rgw: Store, alice: Caller, parameter: str) -> None:
    target = f"/?{parameter}={component(rgw.url('a b.txt'))}"
    assert link(alice, target) == alice.signed(rgw.url("a b.txt")).partition("?")[0]


def test_the_path_before_the_query_is_decoration(rgw: Store, alice: Caller) -> None:
    target = f"/a%3Fb%23c%2520d.pkl?url={component(rgw.url('a?b#c%20d'))}"
    assert send("GET", alice.target("GET", target).location).body == body("a?b#c%20d")


def test_a_space_may_arrive_as_plus_in_the_query(rgw: Store, alice: Caller) -> None:
    target = "/?url=" + component(rgw.url("a+b c.txt")).replace("%20", "+")
    assert send("GET", alice.target("GET", target).location).body == body("a+b c.txt")


def test_what_clearml_writes_opens_in_query_path_and_doubly_encoded_path(rgw: Store, alice: Caller) -> None:
    """`requests` sends a path's spaces as %20 and leaves `%3A`, which is a part of the key, alone."""
    sdk_path = rgw.url(CLEARML_ARTIFACT).replace("s3://", "/s3/").replace(" ", "%20")
    doubly = "/s3/" + quote(f"{rgw.bucket}/{CLEARML_ARTIFACT}")
    query = f"/?url={component(rgw.url(CLEARML_ARTIFACT))}"
    for target in (query, sdk_path, doubly):
        assert send("GET", alice.target("GET", target).location).body == body(CLEARML_ARTIFACT), target


def test_a_question_mark_and_a_hash_are_part_of_a_minio_key(minio: Store, alice: Caller) -> None:
    location = alice.signed(minio.url("a?b#c%20d"))
    assert location.startswith(f"http://127.0.0.1:{minio.port}/{minio.bucket}/a%3Fb%23c%2520d?")
    assert send("GET", location).body == body("a?b#c%20d")


def test_what_the_ui_adds_to_a_url_never_reaches_the_signature(rgw: Store, alice: Caller) -> None:
    location = alice.signed(rgw.url("plain.txt"), query="&X-Amz-Date=1700000000000&tenant=acme&download=")
    assert "1700000000000" not in location and "tenant" not in location
    assert location.count("X-Amz-Date=") == 1
    assert send("GET", location).status == 200


def test_a_bucket_is_not_taken_for_another_that_starts_alike(rgw: Store, alice: Caller) -> None:
    rgw.put("my-bucket", "a.txt", b"mine")
    rgw.put("my-bucket-2", "a.txt", b"not mine")
    assert send("GET", alice.signed("s3://my-bucket/a.txt")).body == b"mine"
    assert alice.ask("s3://my-bucket-2/a.txt").status == 403


def test_two_leading_slashes_are_a_key_that_starts_with_one(rgw: Store, alice: Caller) -> None:
    assert send("GET", alice.signed(f"s3://{rgw.bucket}//a.txt")).body == body("/a.txt")
