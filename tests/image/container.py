"""The image, run as a careful operator would: nothing writable, no capabilities, 64 MiB."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from typing import Any

IMAGE = os.environ["IMAGE"]
#: crun and systemd's cgroups want more of a machine than a container that runs the tests may have.
PODMAN = ("podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs")
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "64m")
#: Limits that need no right to raise them, and the host's network, where nothing is set up.
MODEST = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000", "--no-healthcheck", "--network", "host")


def podman(*arguments: str) -> str:
    done = subprocess.run([*PODMAN, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"podman {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: str


def get(url: str, token: str | None = None) -> Answer:
    """One GET, no redirect followed."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = urllib.request.build_opener(_Stay).open(urllib.request.Request(url, headers=headers), timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    return Answer(answer.status, answer.headers, answer.read().decode())


@dataclass(frozen=True)
class Container:
    id: str
    public: str
    admin: str

    @classmethod
    def start(cls, folder: Path, config: str | None, options: tuple[str, ...], tmpfs: bool) -> "Container":
        """With free ports on loopback; the image's own listeners would be open to the machine's network."""
        command = ["run", "--detach", *HARDENED, *MODEST, *options]
        command += ["--env", "PRESIGN__SERVER__LISTEN=127.0.0.1:0", "--env", "PRESIGN__SERVER__ADMIN_LISTEN=127.0.0.1:0"]
        if not tmpfs:
            command += ["--read-only-tmpfs=false"]
        if config is not None:
            file = folder / "gateway.yaml"
            file.write_text(config)
            file.chmod(0o644)
            command += ["--volume", f"{file}:/etc/presign-gateway/gateway.yaml:ro"]
            command += ["--env", "PRESIGN_CONFIG=/etc/presign-gateway/gateway.yaml"]
        identity = podman(*command, IMAGE)
        deadline = time.monotonic() + 30
        while "ready: public" not in (said := podman("logs", identity)):
            assert podman("inspect", "--format", "{{.State.Running}}", identity) == "true", logs(identity)
            assert time.monotonic() < deadline, logs(identity)
            time.sleep(0.1)
        words = next(line for line in said.splitlines() if "ready: public" in line).split()
        return cls(identity, words[words.index("public") + 1], words[words.index("admin") + 1])

    def state(self) -> dict[str, Any]:
        return json.loads(podman("inspect", self.id))[0]["State"]

    def status(self) -> dict[str, str]:
        """What the kernel says of its process."""
        text = Path(f"/proc/{self.state()['Pid']}/status").read_text()
        return {name: value.strip() for name, value in (line.split(":", 1) for line in text.splitlines())}

    def log(self) -> str:
        return logs(self.id)


def logs(identity: str) -> str:
    done = subprocess.run([*PODMAN, "logs", identity], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr
