"""Google Cloud Storage, as far as signed URLs go: the verifier of gcs_verifier.py, in three roles.

`gcs` is reached with a service account's RSA key, `gcs_hmac` with an HMAC key, `gcs_keyless` with signatures by the IAM
of gcs_iam.py. All are filled directly, because the verifier has no upload API but signed PUTs.
"""

import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.cloud import storage
from google.oauth2 import service_account

from . import gcs_iam
from .gcs_verifier import Cloud, server
from .store import Store

EMAIL = "e2e@presign-gateway.iam.gserviceaccount.example"
HMAC_ACCESS_KEY = "GOOG1EE2E0000000000000000000000000000000000000000000000000000"
HMAC_SECRET_KEY = "e2eHmacSecret+/0123456789abcdefghijklmno"


class Gcs(Store):
    name = "gcs"
    bucket = "awkward-gcs"
    signature_parameter = "X-Goog-Signature"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.private = private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key_file = self.folder / "service-account.json"
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.key_file.write_text(
            json.dumps(
                {
                    "type": "service_account",
                    "project_id": "presign-gateway",
                    "private_key_id": "e2e",
                    "private_key": pem,
                    "client_email": EMAIL,
                    "client_id": "1",
                    "token_uri": "http://127.0.0.1:9/token",
                }
            )
        )
        self.cloud = Cloud({EMAIL: private.public_key()}, {HMAC_ACCESS_KEY: HMAC_SECRET_KEY})

    def start(self) -> None:
        self._server = server(self.cloud, self.port)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def create_bucket(self, bucket: str) -> None:
        pass

    def put(self, bucket: str, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        self.cloud.objects[bucket, key] = body, content_type

    def read(self, bucket: str, key: str) -> bytes:
        return self.cloud.objects[bucket, key][0]

    def keys(self, bucket: str) -> list[str]:
        return [key for other, key in self.cloud.objects if other == bucket]

    def signed_by_sdk(self, bucket: str, key: str) -> str:
        credentials = service_account.Credentials.from_service_account_file(str(self.key_file))
        blob = storage.Client(project="presign-gateway", credentials=credentials).bucket(bucket).blob(key)
        return blob.generate_signed_url(600, version="v4", api_access_endpoint=self.endpoint)

    def url_prefix(self, bucket: str) -> str:
        return f"gs://{bucket}/"

    def environment(self) -> dict[str, str]:
        return {}

    def backend(self) -> dict[str, Any]:
        return {
            "type": "gcs",
            "endpoint": self.endpoint,
            "credentials": {"source": "service_account", "key_file": str(self.key_file)},
        }


class GcsHmac(Gcs):
    name = "gcs_hmac"
    bucket = "awkward-gcs-hmac"

    def signed_by_sdk(self, bucket: str, key: str) -> str:
        """Written from Google's documentation: its own SDK does not sign with HMAC keys."""
        now = datetime.now(UTC)
        day, date = f"{now:%Y%m%d}", f"{now:%Y%m%dT%H%M%SZ}"
        scope = f"{day}/auto/storage/goog4_request"
        path = f"/{bucket}/{quote(key, safe='/-._~')}"
        query = (
            "X-Goog-Algorithm=GOOG4-HMAC-SHA256"
            f"&X-Goog-Credential={quote(f'{HMAC_ACCESS_KEY}/{scope}', safe='')}"
            f"&X-Goog-Date={date}&X-Goog-Expires=600&X-Goog-SignedHeaders=host"
        )
        request = f"GET\n{path}\n{query}\nhost:127.0.0.1:{self.port}\n\nhost\nUNSIGNED-PAYLOAD"
        to_sign = f"GOOG4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key_bytes = f"GOOG4{HMAC_SECRET_KEY}".encode()
        for part in (*scope.split("/"), to_sign):
            key_bytes = hmac.digest(key_bytes, part.encode(), "sha256")
        return f"{self.endpoint}{path}?{query}&X-Goog-Signature={key_bytes.hex()}"

    def environment(self) -> dict[str, str]:
        return {"E2E_GCS_HMAC_ACCESS_KEY": HMAC_ACCESS_KEY, "E2E_GCS_HMAC_SECRET_KEY": HMAC_SECRET_KEY}

    def backend(self) -> dict[str, Any]:
        return {
            "type": "gcs",
            "endpoint": self.endpoint,
            "credentials": {
                "source": "hmac",
                "access_key": {"env": "E2E_GCS_HMAC_ACCESS_KEY"},
                "secret_key": {"env": "E2E_GCS_HMAC_SECRET_KEY"},
            },
        }


class GcsKeyless(Gcs):
    name = "gcs_keyless"
    bucket = "awkward-gcs-keyless"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.iam = gcs_iam.Iam(EMAIL, self.private)
        # Not in `start`: the gateway asks for a token when it starts itself, which is before its stores are needed.
        iam_server = gcs_iam.server(self.iam)
        self.iam_host = f"127.0.0.1:{iam_server.server_port}"
        threading.Thread(target=iam_server.serve_forever, daemon=True).start()

    def environment(self) -> dict[str, str]:
        return {"GCE_METADATA_HOST": self.iam_host}

    def backend(self) -> dict[str, Any]:
        return {
            "type": "gcs",
            "endpoint": self.endpoint,
            "credentials": {"source": "adc", "iam_endpoint": f"http://{self.iam_host}"},
        }
