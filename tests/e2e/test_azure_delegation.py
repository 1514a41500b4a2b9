"""Links that are signed with an identity's user delegation key, which Azurite checks."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from client import Caller, send
from keys import KEYS
from servers.azurite_delegation import OBJECT, TENANT
from servers.store import Store


def test_a_link_names_the_identity_and_is_good_for_https_only(stores: Mapping[str, Store], alice: Caller) -> None:
    store = stores["azure_delegation"]
    link = alice.signed(store.url(KEYS["plain"]))
    fields = parse_qs(urlsplit(link).query)
    assert (fields["skoid"], fields["sktid"], fields["spr"]) == ([OBJECT], [TENANT], ["https"])
    assert send("GET", link).status == 200


def test_a_link_whose_identity_or_key_was_changed_is_refused(stores: Mapping[str, Store], alice: Caller) -> None:
    store = stores["azure_delegation"]
    link = alice.signed(store.url(KEYS["plain"]))
    for field in ("skoid", "sktid"):
        value = parse_qs(urlsplit(link).query)[field][0]
        other = link.replace(f"{field}={value}", f"{field}={value[:-1]}{int(value[-1]) ^ 1}")
        assert other != link and send("GET", other).status == 403
