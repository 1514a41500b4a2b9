"""Ceph's RADOS gateway: a monitor, an in-memory OSD and radosgw, all in one folder.

It stands in for AWS itself: `s3://bucket/key`, a backend of type `s3` with an endpoint; once with the bucket in the
path and once, as AWS prefers, in the host's name.
"""

import json
import uuid
from pathlib import Path
from typing import Any

from .process import Process, ServerUnavailable, free_port, run_once
from .store import S3Store

CONFIGURATION = """
[global]
fsid = {fsid}
mon host = v1:127.0.0.1:{monitor_port}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
run dir = {folder}
log to stderr = true
admin socket = {folder}/$name.asok
[mon.a]
mon data = {folder}/mon
mon addr = v1:127.0.0.1:{monitor_port}
[osd.0]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
osd max object name len = 2048
[client.rgw]
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw dns name = s3.localhost
rgw run sync thread = false
rgw sts key = 0123456789abcdef
rgw s3 auth use sts = true
"""

ROLE = "arn:aws:iam:::role/reader"
MAY_ASSUME = {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/e2e"]}, "Action": ["sts:AssumeRole"]}
MAY_READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*"}


class Rgw(S3Store):
    name = "rgw"
    bucket = "awkward-rgw"
    more_buckets = ("my-bucket", "my-bucket-2")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._processes: list[Process] = []

    def start(self) -> None:
        if self._processes:
            return
        monitor_port = free_port()
        self._cluster = str(uuid.uuid4())
        for part in ("mon", "osd", "rgw"):
            (self.folder / part).mkdir()
        self._conf = self.folder / "ceph.conf"
        self._conf.write_text(
            CONFIGURATION.format(fsid=self._cluster, folder=self.folder, port=self.port, monitor_port=monitor_port)
        )
        self._start_monitor(monitor_port)
        self._start_osd()
        self._create_user()
        self._create_role()
        self._gateway = self._spawn("radosgw", "-n", "client.rgw", "-f")
        self._gateway.wait_for_port(self.port)

    def log(self) -> str:
        """What it wrote, with a line for each request."""
        return self._gateway.log.read_text(errors="replace")

    def stop(self) -> None:
        while self._processes:
            self._processes.pop().stop()

    def backend(self) -> dict[str, Any]:
        return {
            "type": "s3",
            "endpoint": self.endpoint,
            "addressing_style": "path",
            "region": "us-east-1",
            "credentials": self.credentials(),
        }

    def url_prefix(self, bucket: str) -> str:
        return f"s3://{bucket}/"

    def _run(self, program: str, *arguments: str) -> str:
        return run_once(f"{self.name}: {program}", program, "-c", self._conf, *arguments)

    def _ask(self, program: str, *arguments: str) -> str | None:
        """Like `_run`, but None when the command fails: a young monitor refuses some."""
        try:
            return self._run(program, *arguments)
        except ServerUnavailable:
            return None

    def _spawn(self, program: str, *arguments: str) -> Process:
        process = Process(f"{self.name}-{program}", program, "-c", self._conf, *arguments)
        self._processes.append(process)
        return process

    def _start_monitor(self, port: int) -> None:
        monmap = self.folder / "monmap"
        create = ("--create", "--fsid", self._cluster, "--addv", "a", f"[v1:127.0.0.1:{port}]", monmap)
        run_once("rgw: monmaptool", "monmaptool", *create)
        self._run("ceph-mon", "-i", "a", "--mkfs", "--monmap", str(monmap))
        self._spawn("ceph-mon", "-i", "a", "-f").wait_for_port(port)

    def _start_osd(self) -> None:
        # The monitor ignores an OSD that was made with another id than the one announced to it.
        osd_id = str(uuid.uuid4())
        monitor = self._processes[0]
        monitor.wait_until(lambda: self._ask("ceph", "osd", "new", osd_id, "0") is not None, "taking commands")
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd_id)
        # A daemon that speaks before it has heard the cluster's id is refused by the monitor, and ends.
        for attempt in range(5):
            osd = self._spawn("ceph-osd", "-i", "0", "-f")
            try:
                return osd.wait_until(lambda: "1 up" in (self._ask("ceph", "osd", "stat") or ""), "up")
            except ServerUnavailable:
                if attempt == 4:
                    raise

    def _create_user(self) -> None:
        keys = ("--access-key", self.access_key, "--secret-key", self.secret_key)
        create = ("user", "create", "--uid", "e2e", "--display-name", "e2e", *keys)
        monitor = self._processes[0]
        monitor.wait_until(lambda: self._ask("radosgw-admin", "-n", "client.rgw", *create) is not None, "has a user")


    def _create_role(self) -> None:
        def document(statement: dict[str, Any]) -> str:
            return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

        admin = ("radosgw-admin", "-n", "client.rgw")
        self._run(*admin, "role", "create", "--role-name", "reader", "--assume-role-policy-doc", document(MAY_ASSUME))
        policy = ("--role-name", "reader", "--policy-name", "read", "--policy-doc", document(MAY_READ))
        self._run(*admin, "role-policy", "put", *policy)


class RgwVirtualHost(S3Store):
    """The same server, addressed as `bucket.s3.localhost`."""

    name = "rgw_virtual_host"
    bucket = "awkward-rgw-virtual"

    def __init__(self, folder: Path, rgw: Rgw) -> None:
        super().__init__(folder)
        self._rgw, self.port = rgw, rgw.port

    def start(self) -> None:
        self._rgw.start()

    def stop(self) -> None:
        self._rgw.stop()

    def backend(self) -> dict[str, Any]:
        return self._rgw.backend() | {
            "endpoint": f"http://s3.localhost:{self.port}",
            "addressing_style": "virtual",
            "credentials": self.credentials(),
        }

    def url_prefix(self, bucket: str) -> str:
        return f"s3://{bucket}/"
