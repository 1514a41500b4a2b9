"""Azurite behind TLS, for an identity instead of the account's key, and a stand-in for Entra ID, which has no emulator."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

from azure.storage.blob import BlobServiceClient
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from client import AUTHORITIES

from .azurite import KEY, Azurite

TENANT = "ab1f708d-50f6-404c-a006-d71b2ac7a606"
CLIENT = "f997392c-e15a-4ad8-af9e-cd6966caba7f"
OBJECT = "11059fcc-5514-4800-b5f8-49808b9cfab6"
SERVICE_ACCOUNT_TOKEN = "kubernetes.service-account.token"
FORM = {
    "client_id": [CLIENT],
    "grant_type": ["client_credentials"],
    "scope": ["https://storage.azure.com/.default"],
    "client_assertion_type": ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
    "client_assertion": [SERVICE_ACCOUNT_TOKEN],
}


def token() -> str:
    """What Azurite looks at in a token; it does not check the signature."""
    now = int(time.time())
    issuer = f"https://sts.windows.net/{TENANT}/"
    claims = {"aud": "https://storage.azure.com", "iss": issuer, "oid": OBJECT, "tid": TENANT}
    claims |= {"iat": now, "nbf": now, "exp": now + 3600}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in [*parts, b"not checked"])


class EntraId(BaseHTTPRequestHandler):
    """Answers the one request that a federated application makes, and refuses every other."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fits = self.path == f"/{TENANT}/oauth2/v2.0/token" and parse_qs(body) == FORM
        good = {"token_type": "Bearer", "expires_in": 3599, "access_token": token()}
        answer = json.dumps(good if fits else {"error": "invalid_request"}).encode()
        self.send_response(200 if fits else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


class AzuriteDelegation(Azurite):
    name = "azure_delegation"
    bucket = "awkward-azure-delegation"
    account = "delegation"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._entra = ThreadingHTTPServer(("127.0.0.1", 0), EntraId)
        self.certificate, self._key = self.folder / "certificate.pem", self.folder / "key.pem"
        self._token_file = self.folder / "service-account-token"
        self._token_file.write_text(SERVICE_ACCOUNT_TOKEN)
        self._issue()

    def _issue(self) -> None:
        """A certificate that no system trusts."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "azurite")])
        now, address = datetime.now(UTC), x509.IPAddress(ip_address("127.0.0.1"))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .sign(key, SHA256())
        )
        self.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        self._key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def options(self) -> list[str]:
        return ["--oauth", "basic", "--cert", str(self.certificate), "--key", str(self._key)]

    def start(self) -> None:
        Thread(target=self._entra.serve_forever, daemon=True).start()
        AUTHORITIES.load_verify_locations(self.certificate)
        super().start()

    def stop(self) -> None:
        super().stop()
        self._entra.shutdown()

    @property
    def endpoint(self) -> str:
        return f"https://127.0.0.1:{self.port}/{self.account}"

    @cached_property
    def sdk(self) -> BlobServiceClient:
        """Fills and reads the store with the account's key, which the gateway is not given."""
        credential = {"account_name": self.account, "account_key": KEY}
        return BlobServiceClient(self.endpoint, credential=credential, connection_verify=str(self.certificate))

    def environment(self) -> dict[str, str]:
        return {}

    def backend(self) -> dict[str, Any]:
        return {
            "type": "azure",
            "account": self.account,
            "endpoint": self.endpoint,
            "ca_file": str(self.certificate),
            "credentials": {
                "source": "workload_identity",
                "client_id": CLIENT,
                "tenant_id": TENANT,
                "token_file": str(self._token_file),
                "authority_host": f"http://127.0.0.1:{self._entra.server_port}",
            },
        }
