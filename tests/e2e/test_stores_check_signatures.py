"""The stores themselves, without the gateway: what the other tests rest on."""

import pytest

from client import send, tampered
from keys import KEYS, body
from servers.store import Store


def test_a_url_signed_by_the_official_sdk_opens_the_object(store: Store) -> None:
    for name in ("ClearML artifact", "question mark, hash, literal %20", "Japanese"):
        answer = send("GET", store.signed_by_sdk(store.bucket, KEYS[name]))
        assert (answer.status, answer.body) == (200, body(KEYS[name])), answer


def test_a_url_without_its_signature_is_refused(store: Store) -> None:
    url = store.signed_by_sdk(store.bucket, KEYS["plain"]).partition("?")[0]
    assert send("GET", url).status in (403, 404)


def test_a_tampered_signature_is_refused(store: Store) -> None:
    url = store.signed_by_sdk(store.bucket, KEYS["plain"])
    assert send("GET", tampered(url, store.signature_parameter)).status == 403


def test_a_signature_is_good_for_its_own_object_only(store: Store) -> None:
    url = store.signed_by_sdk(store.bucket, KEYS["plain"])
    assert send("GET", url.replace("/plain.txt?", "/it%27s.txt?")).status == 403


@pytest.mark.refused_key
def test_the_store_cannot_hold_this_key_itself(store: Store, key_name: str) -> None:
    key = KEYS[key_name]
    bucket = store.new_bucket()
    try:
        store.put(bucket, key, body(key))
    except Exception as refusal:
        assert "InvalidObjectName" in str(refusal) or "KeyTooLong" in str(refusal)
    else:
        assert store.keys(bucket) != [key] or store.read(bucket, key) != body(key), store.cannot_hold[key_name]
