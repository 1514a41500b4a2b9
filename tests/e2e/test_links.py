"""What a signed link is good for, on every store."""

from typing import Any

import pytest

from client import Caller, send, tampered
from gateway import uploads
from keys import KEYS, body
from servers.store import Store

KEY = KEYS["ClearML artifact"]


# Not azure: a shared access signature is for reading, by either method.
@pytest.mark.parametrize("store_name", ["minio", "rgw", "rgw_virtual_host", "weed", "gcs", "gcs_hmac", "gcs_keyless"])
def test_a_link_for_get_does_not_open_head_nor_the_other_way_round(store: Store, alice: Caller) -> None:
    assert send("HEAD", alice.signed(store.url(KEY), "GET")).status == 403
    assert send("GET", alice.signed(store.url(KEY), "HEAD")).status == 403


def test_a_tampered_link_is_refused_by_the_store(store: Store, alice: Caller) -> None:
    link = alice.signed(store.url(KEY))
    assert send("GET", link).status == 200
    assert send("GET", tampered(link, store.signature_parameter)).status == 403


def test_a_link_is_good_for_its_own_object_only(store: Store, alice: Caller) -> None:
    link = alice.signed(store.url(KEYS["plain"]))
    assert send("GET", link.replace("/plain.txt?", "/it%27s.txt?")).status == 403


def test_a_part_of_an_object_can_be_asked_for(store: Store, alice: Caller) -> None:
    answer = send("GET", alice.signed(store.url(KEY)), {"Range": "bytes=4-8"})
    assert (answer.status, answer.body) == (206, body(KEY)[4:9]), answer


def test_an_object_that_is_absent_is_not_found_at_the_store(store: Store, alice: Caller) -> None:
    assert send("GET", alice.signed(store.url("there is no such object"))).status == 404


def test_download_names_the_file_after_the_object(store: Store, alice: Caller) -> None:
    answer = send("GET", alice.signed(store.url(KEY), query="&download="))
    assert answer.headers["Content-Disposition"] == "attachment; filename=a+b.pkl", answer


def test_download_takes_another_name(store: Store, alice: Caller) -> None:
    answer = send("GET", alice.signed(store.url(KEY), query="&download=loss%20curve.png"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="loss curve.png"', answer


def test_download_names_a_file_in_any_alphabet(store: Store, alice: Caller) -> None:
    key = KEYS["Japanese"]
    answer = send("GET", alice.signed(store.url(key), query="&download="))
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename="), answer
    assert "filename*=UTF-8''%E8%AA%9E.txt" in disposition, answer
    assert answer.body == body(key)


def test_an_object_is_uploaded_read_and_deleted_where_a_rule_allows_it(store: Store, alice: Caller) -> None:
    url = store.url("new folder/a+b %20 é.bin", uploads(store))
    content = b"uploaded through a signed link"
    signed = item(alice, {"url": url, "method": "PUT"})
    stored = send("PUT", signed["url"], signed.get("headers") or {}, content)
    assert stored.status in (200, 201), stored
    assert send("GET", alice.signed(url)).body == content
    signed = item(alice, {"url": url, "method": "DELETE"})
    assert send("DELETE", signed["url"], signed.get("headers") or {}).status in (200, 202, 204)
    assert send("GET", alice.signed(url)).status == 404


def test_an_upload_is_refused_where_no_rule_allows_it(store: Store, alice: Caller) -> None:
    assert alice.ask(store.url("new.bin"), "PUT").status == 405


def item(caller: Caller, request: dict[str, str]) -> dict[str, Any]:
    answer = caller.presign(request)
    assert answer.status == 200, answer
    return answer.json
