"""SeaweedFS, an S3 server that keeps keys as a tree of files."""

import json
import sysconfig
from pathlib import Path

from .process import Process, free_port
from .store import S3Store


class SeaweedFS(S3Store):
    name = "weed"
    bucket = "awkward-weed"
    cannot_hold = {}

    def start(self) -> None:
        self.port = free_port()
        data, identities = self.folder / "data", self.folder / "s3.json"
        data.mkdir()
        identities.write_text(
            json.dumps(
                {
                    "identities": [
                        {
                            "name": "e2e",
                            "credentials": [{"accessKey": self.access_key, "secretKey": self.secret_key}],
                            "actions": ["Admin", "Read", "Write", "List"],
                        }
                    ]
                }
            )
        )
        ports = [
            f"-{part}.{port}={free_port()}"
            for part in ("master", "volume", "filer")
            for port in ("port", "port.grpc")
        ]
        self._server = Process(
            self.name,
            Path(sysconfig.get_path("scripts")) / "weed",
            "server",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            f"-dir={data}",
            *ports,
            "-volume.max=10",
            "-master.volumeSizeLimitMB=64",
            "-filer",
            "-s3",
            f"-s3.port={self.port}",
            f"-s3.port.grpc={free_port()}",
            f"-s3.config={identities}",
        )
        self._server.wait_until(self._answers, "serving S3")

    def stop(self) -> None:
        self._server.stop()

    def _answers(self) -> bool:
        try:
            self.sdk.list_buckets()
        except Exception:
            return False
        return True
