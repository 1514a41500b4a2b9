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


@pytest.mark.parametrize("store_name", ["rgw", "minio", "gcs"])
def test_the_sdk_downloads_what_a_task_registered(
    store: Store, gateway: Gateway, apiserver: Apiserver, tmp_path: Path
) -> None:
    keys = [KEYS[name] for name in ("plain", "plus", "ClearML artifact", "ClearML debug sample", "ClearML dataset")]
    configuration = tmp_path / "clearml.conf"
    configuration.write_text(CONFIGURATION.format(apiserver=apiserver, gateway=gateway, folder=tmp_path))
    done = subprocess.run(
        [HOME / "sdk/bin/python", Path(__file__).with_name("sdk_download.py"), *map(store.url, keys)],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CLEARML_CONFIG_FILE": str(configuration)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout.splitlines()[-1])
    assert {url: base64.b64decode(text or "") for url, text in got.items()} == {
        store.url(key): body(key) for key in keys
    }, done.stderr
