"""The gateway under test and its configuration."""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from apiserver import Apiserver
from servers.process import Process, ServerUnavailable
from servers.store import Store

READY = re.compile(r"public (\S+) admin (\S+)")


class Gateway:
    def __init__(self, process: Process, public: str, admin: str):
        self.process, self.public, self.admin = process, public, admin


def configuration(stores: Sequence[Store], apiserver: Apiserver, web_app: str) -> dict[str, Any]:
    minio = next(store for store in stores if store.name == "minio")
    bob = apiserver.identity("bob")["user"]
    rules: list[dict[str, Any]] = [
        {
            "name": "bobs-own",
            "match": {"glob": minio.url("bobs/**")},
            "allow": {"users": [bob]},
            "backend": "minio",
        },
        {
            "name": "like-a-prefix",
            "match": {"match_sets": [{"rules": [{"field": "", "obj_type": "", "regex": "^s3://my-bucket/"}]}]},
            "backend": "rgw",
        },
    ]
    for store in stores:
        rules += [
            {
                "name": f"{store.name}-uploads",
                "match": {"regex": re.escape(store.url_prefix(uploads(store))) + ".*"},
                "methods": ["GET", "HEAD", "PUT", "DELETE"],
                "backend": store.name,
            },
            {"name": store.name, "match": {"glob": store.url("**")}, "backend": store.name, "ttl": "10m"},
        ]
    return {
        "server": {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0", "cors_origins": [web_app]},
        "auth": {
            "provider": "clearml",
            "clearml": {
                "api_server": apiserver.url,
                "access_key": {"env": "E2E_CLEARML_ACCESS_KEY"},
                "secret_key": {"env": "E2E_CLEARML_SECRET_KEY"},
            },
        },
        "backends": {store.name: store.backend() for store in stores},
        "rules": rules,
    }


def uploads(store: Store) -> str:
    """The store's bucket where the rules allow writing."""
    return f"uploads-{store.name}".replace("_", "-")


def start(
    stores: Sequence[Store],
    apiserver: Apiserver,
    web_app: str,
    folder: Path,
    change: Callable[[dict[str, Any]], object] = lambda _: None,
) -> Gateway:
    """Starts a gateway for these stores; `change` makes another configuration of the usual one."""
    settings = configuration(stores, apiserver, web_app)
    change(settings)
    secrets = {"E2E_CLEARML_ACCESS_KEY": apiserver.access_key, "E2E_CLEARML_SECRET_KEY": apiserver.secret_key}
    for store in stores:
        secrets |= store.environment()
    return run("gateway", settings, secrets, folder)


def run(name: str, configuration: dict[str, Any], secrets: dict[str, str], folder: Path) -> Gateway:
    """A gateway of any configuration; `name` is its log's."""
    file = folder / "presign.yaml"
    file.write_text(yaml.safe_dump(configuration, sort_keys=False, allow_unicode=True))
    binary = os.environ["PRESIGN_GATEWAY"]
    process = Process(name, binary, "--config", file, env=secrets, capture_stdout=True)
    line = process.first_line()
    ready = READY.search(line)
    if ready is None:
        process.stop()
        raise ServerUnavailable(f"the gateway's first line names no listeners: {line!r}")
    return Gateway(process, *ready.groups())
