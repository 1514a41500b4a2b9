"""The image: what is in it, and what becomes of it."""

import json
import re
import subprocess
import sysconfig
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from container import IMAGE, PODMAN, Container, get, podman

ROOT = Path(__file__).parents[2]
Start = Callable[..., Container]

TOKEN, SECRET = "image-token-0123456789", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SECRETS = ("--env", f"TOKEN={TOKEN}", "--env", f"SECRET={SECRET}")
CONFIG = """
server: {limits: {drain_delay: 500ms}}
auth: {provider: static, static: {tokens: [{token: {env: TOKEN}, user: alice}]}}
backends:
  aws:
    type: s3
    region: eu-west-1
    credentials: {source: static, access_key: AKIAIOSFODNN7EXAMPLE, secret_key: {env: SECRET}}
rules: [{name: all, match: {glob: "s3://**"}, backend: aws}]
"""


def inspected() -> dict:
    return json.loads(podman("image", "inspect", IMAGE))[0]


def test_the_dockerfile_is_clean() -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_says_what_it_is_and_runs_as_nobody() -> None:
    image = inspected()
    config = image["Config"]
    assert config["User"] == "65532:65532"
    assert config["Entrypoint"] == ["/presign-gateway"] and config["Cmd"] == ["serve"]
    assert image["Healthcheck"]["Test"] == ["CMD", "/presign-gateway", "health"]
    assert set(config["ExposedPorts"]) == {"8080/tcp", "9090/tcp"}
    labels = {name.removeprefix("org.opencontainers.image."): text for name, text in config["Labels"].items()}
    assert labels["licenses"] == "Apache-2.0" and labels["title"] and labels["description"]
    assert re.fullmatch("[0-9a-f]{40}|unknown", labels["revision"])
    version = podman("run", "--rm", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000", "--network", "none",
                     "--no-healthcheck", IMAGE, "--version")
    assert version == f"presign-gateway {labels['version']}"


def test_the_image_is_small_and_holds_the_program_only() -> None:
    identity = podman("create", "--no-healthcheck", IMAGE)
    try:
        exported = subprocess.run([*PODMAN, "export", identity], capture_output=True, timeout=120, check=True)
    finally:
        podman("rm", identity)
    with tarfile.open(fileobj=BytesIO(exported.stdout)) as files:
        names = {member.name.removeprefix("./") for member in files.getmembers() if member.isfile()}
        assert not [member.name for member in files.getmembers() if member.mode & 0o6000], "set-uid"
    programs = {name for name in names if name.rsplit("/", 1)[-1] in {"sh", "bash", "dash", "busybox", "apt", "perl"}}
    assert not programs, programs
    assert {"presign-gateway", "etc/ssl/certs/ca-certificates.crt", "etc/passwd"} <= names
    assert inspected()["Size"] < 64 * 1024 * 1024


def test_it_gives_links_without_rights_and_ends_in_order(container: Start) -> None:
    running = container(CONFIG, *SECRETS)
    process = running.status()
    assert process["Uid"].split() == ["65532"] * 4 and process["NoNewPrivs"] == "1"
    assert int(process["CapEff"], 16) == 0 and process["NSpid"].split()[-1] == "1", "it is PID 1"

    url = f"{running.public}/?url={quote('s3://ml-artifacts/a b#1.txt', safe='')}"
    for _ in range(200):
        answer = get(url, TOKEN)
        assert answer.status == 302, answer
    location = answer.headers["Location"]
    assert location.startswith("https://ml-artifacts.s3.eu-west-1.amazonaws.com/a%20b%231.txt?X-Amz-"), location
    assert get(url).status == 401
    assert podman("exec", running.id, "/presign-gateway", "health", "--url", f"{running.admin}/livez") == "alive"
    assert int(running.status()["VmHWM"].split()[0]) < 64 * 1024, "KiB"

    podman("stop", "--time", "20", running.id)
    state = running.state()
    assert state["ExitCode"] == 0 and not state["OOMKilled"], running.log()
    assert "stopped" in running.log()
    assert TOKEN not in running.log() and SECRET not in running.log()


def test_without_a_configuration_it_is_the_demonstration(container: Start) -> None:
    running = container(None, "--env", "PRESIGN__SERVER__PUBLIC_URL=http://127.0.0.1:8080", tmpfs=True)
    assert get(f"{running.public}/").status == 200
