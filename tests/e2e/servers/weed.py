"""SeaweedFS, an S3 server that keeps keys as a tree of files."""

import json
import sysconfig
from pathlib import Path

from .process import Process, free_port
from .store import S3Store


class SeaweedFS(S3Store):
    name = "weed"
    bucket = "awkward-weed"
    cannot_hold = {
        "a URL inside": "kept with one slash for two",
        "an s3 URL inside": "kept with one slash for two",
        "double slash": "kept with one slash for two",
        "triple slash": "kept with one slash for three",
        "leading slash": "kept without its first slash",
        "trailing slash": "made a directory, without its bytes",
        "backslash": "kept with a slash for the backslash",
        "400-byte segment": "refused: a segment is a file name, of 255 bytes at most",
    }

    def start(self) -> None:
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
            f"-{part}.{port}={free_port()}" for part in ("master", "volume", "filer") for port in ("port", "port.grpc")
        ]
        self._server = Process(
            self.name,
            Path(sysconfig.get_path("scripts")) / "weed",
            "server",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            f"-dir={data}",
            *ports,
            "-volume.max=200",
            "-master.volumeSizeLimitMB=64",
            "-filer",
            "-s3",
            f"-s3.port={self.port}",
            f"-s3.port.grpc={free_port()}",
            f"-s3.config={identities}",
        )
        self._server.wait_until(self.answers, "serving S3")

    def stop(self) -> None:
        self._server.stop()
