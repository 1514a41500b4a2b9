"""MinIO, the store most on-premises ClearML installations use."""

from .process import HOME, Process, free_port
from .store import S3Store


class MinIO(S3Store):
    name = "minio"
    bucket = "awkward-minio"

    def start(self) -> None:
        self.port = free_port()
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
            },
        )
        self._server.wait_until(self._answers, "serving S3")

    def stop(self) -> None:
        self._server.stop()

    def _answers(self) -> bool:
        """MinIO listens before its drives are ready: only an answered call counts."""
        try:
            self.sdk.list_buckets()
        except Exception:
            return False
        return True
