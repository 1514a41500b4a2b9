"""Azurite, Microsoft's own emulator of Azure Blob Storage; it checks shared access signatures."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from azure.storage.blob import BlobServiceClient, ContentSettings, generate_blob_sas

from .process import HOME, Process
from .store import Store

ACCOUNT = "devstoreaccount1"
#: Published with the emulator, the same everywhere: not a secret.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class Azurite(Store):
    name = "azure"
    bucket = "awkward-azure"
    signature_parameter = "sig"
    cannot_hold = {"backslash": "kept with a slash for the backslash"}
    account = ACCOUNT

    def options(self) -> list[str]:
        """More of Azurite's command line."""
        return []

    def start(self) -> None:
        self._server = Process(
            self.name,
            "node",
            HOME / "azurite/node_modules/azurite/dist/src/blob/main.js",
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
            str(self.port),
            "--inMemoryPersistence",
            "--disableTelemetry",
            "--skipApiVersionCheck",
            *self.options(),
            env={"AZURITE_ACCOUNTS": f"{self.account}:{KEY}"},
        )
        self._server.wait_for_port(self.port)

    def stop(self) -> None:
        self._server.stop()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.account}"

    @cached_property
    def sdk(self) -> BlobServiceClient:
        return BlobServiceClient(self.endpoint, credential=KEY)

    def create_bucket(self, bucket: str) -> None:
        self.sdk.create_container(bucket)

    def put(self, bucket: str, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        settings = ContentSettings(content_type=content_type)
        self.sdk.get_blob_client(bucket, key).upload_blob(body, content_settings=settings)

    def read(self, bucket: str, key: str) -> bytes:
        return self.sdk.get_blob_client(bucket, key).download_blob().readall()

    def keys(self, bucket: str) -> list[str]:
        return list(self.sdk.get_container_client(bucket).list_blob_names())

    def signed_by_sdk(self, bucket: str, key: str) -> str:
        expiry = datetime.now(UTC) + timedelta(minutes=10)
        token = generate_blob_sas(self.account, bucket, key, account_key=KEY, permission="r", expiry=expiry)
        return f"{self.sdk.get_blob_client(bucket, key).url}?{token}"

    def url_prefix(self, bucket: str) -> str:
        return f"azure://{self.account}.blob.core.windows.net/{bucket}/"

    def environment(self) -> dict[str, str]:
        return {"E2E_AZURE_ACCOUNT_KEY": KEY}

    def backend(self) -> dict[str, Any]:
        return {
            "type": "azure",
            "account": self.account,
            "endpoint": self.endpoint,
            "credentials": {"source": "account_key", "account_key": {"env": "E2E_AZURE_ACCOUNT_KEY"}},
        }
