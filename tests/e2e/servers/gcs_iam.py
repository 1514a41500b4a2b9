"""Google's metadata server and IAM's `signBlob`, for a gateway without a key.

IAM holds the private key here, as Google's does; the verifier next to it knows the public one only. Whatever is not
asked as documented gets a 4xx.
"""

import base64
import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

TOKEN = "e2e-access-token"
ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default/"


@dataclass
class Iam:
    """An account, its key, and every text that was signed with it."""

    email: str
    key: RSAPrivateKey
    signed: list[bytes] = field(default_factory=list)


def server(iam: Iam) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.headers.get("Metadata-Flavor") != "Google":
                return self.answer(403, {})
            if self.path == ACCOUNT + "token":
                return self.answer(200, {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})
            self.answer(*((200, iam.email) if self.path == ACCOUNT + "email" else (404, {})))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return self.answer(401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}})
            if self.path != f"/v1/projects/-/serviceAccounts/{iam.email}:signBlob" or set(body) != {"payload"}:
                return self.answer(404, {"error": {"code": 404, "status": "NOT_FOUND"}})
            text = base64.b64decode(body["payload"], validate=True)
            iam.signed.append(text)
            signature = iam.key.sign(text, PKCS1v15(), hashes.SHA256())
            self.answer(200, {"keyId": "e2e", "signedBlob": base64.b64encode(signature).decode()})

        def answer(self, status: int, body: Any) -> None:
            text = body if isinstance(body, str) else json.dumps(body)
            self.send_response(status)
            self.send_header("Metadata-Flavor", "Google")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
