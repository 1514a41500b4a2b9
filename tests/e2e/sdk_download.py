"""Runs in the ClearML SDK's own environment: downloads storage URLs (the arguments) and prints what it got as JSON.

No storage SDK is installed there, and no storage key is configured: the bytes can come through the gateway only.
"""

import base64
import importlib.util
import json
import sys
from pathlib import Path

from clearml import StorageManager

for module in ("boto3", "google.cloud.storage", "azure.storage.blob"):
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        found = None
    assert found is None, f"{module} is installed"

got = {}
for url in sys.argv[1:]:
    copy = StorageManager.get_local_copy(remote_url=url, extract_archive=False, force_download=True)
    got[url] = base64.b64encode(Path(copy).read_bytes()).decode() if copy else None
print(json.dumps(got))
