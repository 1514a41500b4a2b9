"""The unmodified ClearML SDK downloads through the gateway, without storage keys and without a storage SDK."""

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

from apiserver import Apiserver
from gateway import Gateway
from keys import KEYS, body
from servers.gcs import Gcs
from servers.process import HOME
from servers.store import Store

CONFIGURATION = """
api {{
  api_server: "{apiserver.url}"
  web_server: "{apiserver.url}"
  files_server: "{gateway.public}"
  credentials {{ access_key: "{apiserver.user_access_key}", secret_key: "{apiserver.user_secret_key}" }}
}}
sdk.storage {{
  cache.default_base_dir: "{folder}/cache"
  path_substitution: [
    {{ registered_prefix: "s3://", local_prefix: "{gateway.public}/s3/" }}
    {{ registered_prefix: "gs://", local_prefix: "{gateway.public}/gs/" }}
  ]
}}
"""


DOWNLOADED = [KEYS[name] for name in ("plain", "plus", "ClearML artifact", "ClearML debug sample", "ClearML dataset")]


def downloaded(store: Store, gateway: Gateway, apiserver: Apiserver, folder: Path) -> dict[str, bytes]:
    """What the SDK gets, by URL."""
    configuration = folder / "clearml.conf"
    configuration.write_text(CONFIGURATION.format(apiserver=apiserver, gateway=gateway, folder=folder))
    done = subprocess.run(
        [HOME / "sdk/bin/python", Path(__file__).with_name("sdk_download.py"), *map(store.url, DOWNLOADED)],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "CLEARML_CONFIG_FILE": str(configuration)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout.splitlines()[-1])
    return {url: base64.b64decode(text or "") for url, text in got.items()}


@pytest.mark.parametrize("store_name", ["rgw", "minio"])
def test_the_sdk_downloads_what_a_task_registered(
    store: Store, gateway: Gateway, apiserver: Apiserver, tmp_path: Path
) -> None:
    expected = {store.url(key): body(key) for key in DOWNLOADED}
    assert downloaded(store, gateway, apiserver, tmp_path) == expected


def test_the_sdk_keeps_its_token_from_the_store(
    gcs: Gcs, gateway: Gateway, apiserver: Apiserver, tmp_path: Path
) -> None:
    gcs.cloud.seen.clear()
    expected = {gcs.url(key): body(key) for key in DOWNLOADED}
    # The gateway lets nobody in without it, so the SDK has sent it as far as that.
    assert downloaded(gcs, gateway, apiserver, tmp_path) == expected
    by_sdk = [headers for _, _, headers in gcs.cloud.seen if "python-requests" in headers.get("User-Agent", "")]
    assert len(by_sdk) >= len(DOWNLOADED)
    for headers in by_sdk:
        assert not {"authorization", "cookie"} & {name.lower() for name in headers}, headers
