"""MinIO, the store most on-premises ClearML installations use."""

from .openid import OpenId
from .process import HOME, Process
from .store import S3Store


class MinIO(S3Store):
    name = "minio"
    bucket = "awkward-minio"
    cannot_hold = {
        "a URL inside": "refused: a key has no empty segment",
        "an s3 URL inside": "refused: a key has no empty segment",
        "double slash": "refused: a key has no empty segment",
        "triple slash": "refused: a key has no empty segment",
        "leading slash": "kept without its first slash",
        "400-byte segment": "refused: a segment is a file name, of 255 bytes at most",
    }

    def start(self) -> None:
        self.openid = OpenId()
        self._server = Process(
            self.name,
            HOME / "bin" / "minio",
            "server",
            "--quiet",
            "--address",
            f"127.0.0.1:{self.port}",
            self.folder,
            env={
                "MINIO_ROOT_USER": self.access_key,
                "MINIO_ROOT_PASSWORD": self.secret_key,
                "MINIO_BROWSER": "off",
                "MINIO_UPDATE": "off",
                "MINIO_IDENTITY_OPENID_CONFIG_URL": f"{self.openid.url}/.well-known/openid-configuration",
                "MINIO_IDENTITY_OPENID_CLIENT_ID": self.openid.client_id,
                "MINIO_IDENTITY_OPENID_CLAIM_NAME": "policy",
                "MINIO_AUDIT_WEBHOOK_ENABLE_e2e": "on",
                "MINIO_AUDIT_WEBHOOK_ENDPOINT_e2e": f"{self.openid.url}/audit",
            },
        )
        self._server.wait_until(self.answers, "serving S3")

    def stop(self) -> None:
        self._server.stop()
        self.openid.stop()
