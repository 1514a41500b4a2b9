"""Links that are signed with an identity's user delegation key, which Azurite checks."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from client import Caller, send
from gateway import Gateway
from keys import KEYS
from servers.azurite_delegation import OBJECT, TENANT
from servers.store import Store


@pytest.fixture
def link(stores: Mapping[str, Store], alice: Caller, gateway: Gateway) -> str:
    url = stores["azure_delegation"].url(KEYS["plain"])
    # The store starts after the gateway, which asks it for its first key a second time then.
    gateway.process.wait_until(lambda: alice.ask(url).status == 302, "signing with a delegation key")
    return alice.signed(url)


def test_a_link_names_the_identity_and_is_good_for_https_only(link: str) -> None:
    fields = parse_qs(urlsplit(link).query)
    assert (fields["skoid"], fields["sktid"], fields["spr"]) == ([OBJECT], [TENANT], ["https"])
    assert send("GET", link).status == 200


def test_a_link_whose_identity_or_key_was_changed_is_refused(link: str) -> None:
    for field in ("skoid", "sktid"):
        value = parse_qs(urlsplit(link).query)[field][0]
        other = link.replace(f"{field}={value}", f"{field}={value[:-1]}{int(value[-1]) ^ 1}")
        assert other != link and send("GET", other).status == 403
