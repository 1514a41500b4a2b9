"""Credentials that the stores' own token services hand out, and who asked in the stores' own logs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import gateway as presign
import pytest
from client import Caller, bearer, send
from conftest import Stores, needed
from keys import KEYS, body
from servers.minio import MinIO
from servers.process import poll
from servers.rgw import ROLE, Rgw

KEY = KEYS["ClearML artifact"]
USER = "ann&x=é\n"
TOKEN = "e2e-static-token"


def backends(minio: MinIO, rgw: Rgw, token_file: Path) -> dict[str, Any]:
    role = {"source": "assume_role", "duration": "15m", "session_policy": {"prefixes": ["My Project/"]}}
    return {
        "ceph": rgw.backend()
        | {
            "attribution": "plain",
            "buckets": [rgw.bucket],
            "credentials": {
                "source": "assume_role",
                "role_arn": ROLE,
                "sts_endpoint": rgw.endpoint,
                "base": rgw.credentials(),
            },
        },
        "session": minio.backend()
        | {"buckets": [minio.bucket], "credentials": role | {"base": minio.credentials()}, "attribution": "plain"},
        "openid": minio.backend() | {"credentials": {"source": "web_identity", "token_file": str(token_file)}},
        "elsewhere": minio.backend() | {"region": "eu-west-9"},
    }


@pytest.fixture(scope="module")
def minio_server(stores: Stores) -> MinIO:
    store = stores["minio"]
    assert isinstance(store, MinIO)
    return store


@pytest.fixture(scope="module")
def ceph(stores: Stores) -> Rgw:
    store = stores["rgw"]
    assert isinstance(store, Rgw)
    return store


@pytest.fixture(scope="module")
def keyless(
    minio_server: MinIO, ceph: Rgw, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[presign.Gateway]:
    """A gateway whose backends get their credentials from token services."""
    folder = tmp_path_factory.mktemp("keyless")
    token_file = folder / "token"
    token_file.write_text(minio_server.openid.token(policy="readonly"))
    every = backends(minio_server, ceph, token_file)
    configuration = {
        "server": {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0"},
        "auth": {
            "provider": "static",
            "static": {"tokens": [{"token": {"env": "E2E_TOKEN"}, "user": USER, "company": "c", "role": "user"}]},
        },
        "backends": every,
        "rules": [{"name": "all", "match": {"glob": "s3://nobody/**"}, "backend": "ceph"}]
        + [
            {
                "name": name,
                "match": {"regex": f"s3://{name}/.*"},
                "rewrite": {"bucket": (ceph if name == "ceph" else minio_server).bucket},
                "backend": name,
                "ttl": "5m",
            }
            for name in every
        ],
    }
    secrets = minio_server.environment() | ceph.environment() | {"E2E_TOKEN": TOKEN}
    gateway = needed("the gateway without keys", lambda: presign.run("keyless", configuration, secrets, folder))
    yield gateway
    gateway.process.stop()


@pytest.fixture(scope="module")
def ann(keyless: presign.Gateway) -> Caller:
    return Caller(keyless.public, bearer(TOKEN))


def without(link: str, parameter: str) -> str:
    start, _, rest = link.partition(f"&{parameter}=")
    return start + "&" + rest.partition("&")[2]


@pytest.mark.parametrize("name", ["ceph", "session", "openid"])
def test_a_session_s_link_opens_the_object_and_without_its_token_it_does_not(ann: Caller, name: str) -> None:
    link = ann.signed(f"s3://{name}/{KEY}")
    answer = send("GET", link)
    assert "X-Amz-Security-Token=" in link
    assert (answer.status, answer.body) == (200, body(KEY)), answer
    assert send("GET", without(link, "X-Amz-Security-Token")).status == 403


def test_a_session_policy_takes_the_rest_away(ann: Caller) -> None:
    assert send("GET", ann.signed(f"s3://session/{KEYS['plain']}")).status == 403


def test_a_wrong_region_is_put_right(ann: Caller) -> None:
    def opens() -> bool:
        return send("GET", ann.signed(f"s3://elsewhere/{KEY}")).status == 200

    poll(opens, "signing for the region that MinIO is in")


def test_who_asked_is_in_ceph_s_log(ann: Caller, ceph: Rgw) -> None:
    link = ann.signed(f"s3://ceph/{KEY}")
    assert parse_qs(urlsplit(link).query)["x-clearml-user"] == [USER]
    assert send("GET", link).status == 200
    poll(lambda: f"x-clearml-user={quote(USER)}" in ceph.log(), "the user in Ceph's log")


def test_who_asked_is_in_minio_s_audit_log(ann: Caller, minio_server: MinIO) -> None:
    assert send("GET", ann.signed(f"s3://session/{KEY}")).status == 200

    def users() -> list[Any]:
        return [entry.get("requestQuery", {}).get("x-clearml-user") for entry in minio_server.openid.audited]

    poll(lambda: USER in users(), "the user in MinIO's audit log")
