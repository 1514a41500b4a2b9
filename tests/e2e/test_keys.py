"""The main job: every awkward key, on every store, comes back byte for byte through the gateway's redirect."""

import pytest
import requests

from client import Caller, send
from keys import KEYS, body
from servers.store import Store


@pytest.mark.counted
def test_the_object_comes_back_byte_for_byte(
    store: Store, key_name: str, alice: Caller, alices_program: Caller
) -> None:
    key = KEYS[key_name]
    for caller in (alice, alices_program):
        answer = send("GET", caller.signed(store.url(key)))
        assert (answer.status, answer.body) == (200, body(key)), answer
    head = send("HEAD", alice.signed(store.url(key), "HEAD"))
    assert (head.status, head.headers["Content-Length"]) == (200, str(len(body(key)))), head


# Not rgw_virtual_host: no name server knows that host.
@pytest.mark.parametrize("store_name", ["minio", "rgw", "weed", "azure", "gcs", "gcs_hmac", "gcs_keyless"])
def test_python_requests_follows_the_redirects(store: Store, alice: Caller) -> None:
    """As the ClearML SDK does: `requests` quotes the Location again on its way."""
    wrong = []
    for name, key in KEYS.items():
        if name in store.cannot_hold:
            continue
        answer = requests.get(f"{alice.gateway}/", params={"url": store.url(key)}, headers=alice.headers, timeout=30)
        if answer.content != body(key):
            wrong.append((name, answer.status_code, answer.url))
    assert not wrong
