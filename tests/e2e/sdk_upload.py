"""Runs in the ClearML SDK's own environment: uploads files, then downloads them by every URL that names them.

Stdin is a JSON list of `{"file": path, "destination": URL, "also": [URL, …]}`; stdout's last line the same list with
`registered`, the URL that the SDK gave the file, and `got`, the bytes (base64) by URL. No storage SDK is installed there
and no storage key is configured.
"""

import base64
import json
import sys
from pathlib import Path

from clearml import StorageManager

jobs = json.load(sys.stdin)
for job in jobs:
    try:
        job["registered"] = StorageManager.upload_file(job["file"], job["destination"])
    except Exception as error:
        job["registered"], job["error"] = None, str(error)
for job in jobs:
    job["got"] = {}
    for url in filter(None, [job["registered"], *job["also"]]):
        copy = StorageManager.get_local_copy(remote_url=url, extract_archive=False, force_download=True)
        job["got"][url] = base64.b64encode(Path(copy).read_bytes()).decode() if copy else None
print(json.dumps(jobs))
