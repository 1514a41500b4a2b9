"""A gateway behind a ClearML apiserver, with backends of several kinds, and those who watch it."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

import client
from apiserver import Apiserver, start
from cloud import Cloud
from observers import Alertmanager, Prometheus
from servers.process import Process, free_port
from webhook import Webhook

SECRETS = {"MONITORING_ACCESS_KEY": "monitoring", "MONITORING_SECRET_KEY": "monitoring-secret"}


def configuration(folder: Path, public: int, admin: int, apiserver: Apiserver, cloud: str) -> dict[str, Any]:
    key = {"access_key": {"env": "MONITORING_ACCESS_KEY"}, "secret_key": {"env": "MONITORING_SECRET_KEY"}}
    everything = ["GET", "HEAD", "PUT", "DELETE"]
    return {
        "server": {
            "listen": f"127.0.0.1:{public}",
            "admin_listen": f"127.0.0.1:{admin}",
            "public_url": f"https://127.0.0.1:{public}",
            "tls": {"cert": str(folder / "cert.pem"), "key": str(folder / "key.pem")},
        },
        # Tokens are asked about each second, so that an apiserver that is down is noticed.
        "auth": {"provider": "clearml", "clearml": {"api_server": apiserver.url, "cache_ttl": "1s"}},
        "backends": {
            "minio": {
                "type": "minio",
                "endpoint": f"http://{cloud}",
                "region": "us-east-1",
                "credentials": {"source": "static", **key},
            },
            "aws": {"type": "s3", "region": "eu-west-1", "credentials": {"source": "ecs"}},
            "google": {"type": "gcs", "credentials": {"source": "adc", "iam_endpoint": f"http://{cloud}"}},
            "folder": {"type": "local", "bucket": "files", "root": str(folder / "files")},
        },
        "rules": [
            {"name": "embargo", "match": {"glob": "s3://ml/embargo/**"}},
            {"name": "long", "match": {"glob": "s3://ml/long/**"}, "backend": "aws", "ttl": "6h"},
            {"name": "aws", "match": {"glob": "s3://ml/**"}, "methods": everything, "backend": "aws", "ttl": "15m"},
            {"name": "streamed", "match": {"glob": f"s3://{cloud}/stream/**"}, "backend": "minio", "delivery": "stream"},
            {"name": "minio", "match": {"glob": f"s3://{cloud}/**"}, "backend": "minio", "ttl": "15m"},
            {"name": "google", "match": {"glob": "gs://ml/**"}, "backend": "google", "ttl": "15m"},
            {"name": "files", "match": {"bucket": "files"}, "methods": everything, "backend": "folder"},
        ],
    }


class World:
    def __init__(self, folder: Path):
        self.folder, self.cloud, self.webhook = folder, Cloud(), Webhook()
        (folder / "files").mkdir()
        certificate(folder)
        self.ports = free_port(), free_port()
        self.apiserver = start(free_port())
        self.settings = configuration(folder, *self.ports, self.apiserver, self.cloud.host)
        self.configure(self.settings)
        self.start_gateway()
        self.alertmanager = Alertmanager(folder, self.webhook.url)
        self.prometheus = Prometheus(folder, f"127.0.0.1:{self.ports[1]}", self.alertmanager.port)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.ports[0]}"

    def configure(self, settings: dict[str, Any]) -> None:
        """Replaces the configuration, which the gateway notices."""
        new = self.folder / "new.yaml"
        new.write_text(yaml.safe_dump(settings, sort_keys=False))
        new.rename(self.folder / "gateway.yaml")

    def start_gateway(self) -> None:
        google = {"GCE_METADATA_HOST": self.cloud.host}
        aws = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{self.cloud.host}/ecs"}
        self.gateway = Process(
            "gateway",
            os.environ["PRESIGN_GATEWAY"],
            "--config",
            self.folder / "gateway.yaml",
            env=SECRETS | google | aws,
            capture_stdout=True,
        )
        assert " ready: " in self.gateway.first_line()

    def stop_apiserver(self) -> None:
        self.apiserver.process.stop()

    def start_apiserver(self) -> None:
        """At the same address; the tokens of before are good there."""
        again = start(int(self.apiserver.url.rsplit(":", 1)[1]))
        assert again.url == self.apiserver.url
        self.apiserver = again

    def exposed(self) -> set[str]:
        """The names of the gateway's metrics."""
        answer = client.send("GET", f"http://127.0.0.1:{self.ports[1]}/metrics")
        return set(re.findall(r"^# TYPE (\w+)", answer.body.decode(), re.MULTILINE))

    def stop(self) -> None:
        processes = (self.prometheus.process, self.alertmanager.process, self.gateway, self.apiserver.process)
        for process in processes:
            process.stop()
        self.cloud.stop()
        self.webhook.stop()


def certificate(folder: Path) -> None:
    """A certificate for this machine, which the client trusts."""
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-subj", "/CN=presign-gateway", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30"]
    made += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    client.AUTHORITIES.load_verify_locations(folder / "cert.pem")
