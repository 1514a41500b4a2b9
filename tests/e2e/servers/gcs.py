"""Google Cloud Storage, as far as signed URLs go: the verifier of gcs_verifier.py, in two roles.

`gcs` is reached with a service account's RSA key, `gcs_hmac` with an HMAC key. Both are filled directly, because the
verifier has no upload API but signed PUTs.
"""

import json
import threading
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from .gcs_verifier import Cloud, server
from .store import Store

EMAIL = "e2e@presign-gateway.iam.gserviceaccount.example"
HMAC_ACCESS_KEY = "GOOG1EE2E0000000000000000000000000000000000000000000000000000"
HMAC_SECRET_KEY = "e2eHmacSecret+/0123456789abcdefghijklmno"


class Gcs(Store):
    name = "gcs"
    bucket = "awkward-gcs"
    signature_parameter = "X-Goog-Signature"

    def start(self) -> None:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
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
        self._server = server(self.cloud, 0)
        self.port = self._server.server_address[1]
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
