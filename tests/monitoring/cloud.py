"""What backends ask for credentials and signatures, ECS's and Google's metadata and IAM, and a store with one object. The
signatures are good for nothing, which nobody notices: no store checks them here."""

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

EMAIL = "monitoring@presign-gateway.iam.gserviceaccount.com"
ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default/"
SIGN = f"/v1/projects/-/serviceAccounts/{EMAIL}:signBlob"
LIMITED = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded"}}


class Cloud:
    """`limits_the_rate`: whether IAM signs nothing at present."""

    def __init__(self) -> None:
        self.limits_the_rate = False
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path.startswith("/stream/object.txt?"):
                    return self.answer(200, "an object")
                known = {"/ecs": container_credential(), ACCOUNT + "token": TOKEN, ACCOUNT + "email": EMAIL}
                self.answer(200 if self.path in known else 404, known.get(self.path, {}))

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                if cloud.limits_the_rate:
                    return self.answer(429, LIMITED)
                signature = base64.b64encode(bytes(256)).decode()
                self.answer(*((200, {"keyId": "1", "signedBlob": signature}) if self.path == SIGN else (404, {})))

            def answer(self, status: int, body: Any) -> None:
                text = body if isinstance(body, str) else json.dumps(body)
                self.send_response(status)
                self.send_header("Metadata-Flavor", "Google")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


TOKEN = {"access_token": "monitoring-access-token", "expires_in": 3599, "token_type": "Bearer"}


def container_credential() -> dict[str, str]:
    ends = datetime.now(UTC) + timedelta(hours=1)
    return {
        "AccessKeyId": "ASIAMONITORING",
        "SecretAccessKey": "monitoring-secret-key",
        "Token": "monitoring-session-token",
        "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
