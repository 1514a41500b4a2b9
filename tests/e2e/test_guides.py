"""The guides in docs/guides, followed to the letter.

A block of a guide whose first line is ```<language> file=NAME is written to that file, and the ```sh run blocks are run
as one script, in order, with what a reader has by then: the program, a ClearML server, a store with an object.
"""

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from apiserver import Apiserver
from servers.process import free_port
from servers.store import Store

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
BLOCK = re.compile(r"^```(\w+) (run|file=(\S+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: The object that guides open.
BUCKET, KEY, BODY = "clearml", "demo/hello.txt", b"Hello from the store\n"
#: The store's key, as the guides have it and as it is.
GUIDE_KEYS = ("gateway", "minio-secret-0123")


@pytest.fixture(scope="module")
def stocked(minio: Store) -> Iterator[Store]:
    minio.create_bucket(BUCKET)
    minio.put(BUCKET, KEY, BODY)
    yield minio


def here(text: str, store: Store, apiserver: Apiserver, ports: dict[str, int]) -> str:
    """A guide's text, with the addresses and keys that things have in this run."""
    access_key, secret_key = GUIDE_KEYS
    for said, real in {
        "localhost:8008": apiserver.url.removeprefix("http://"),
        # Named by its host, as in the guide; only the port is another.
        "localhost:9000": f"localhost:{store.port}",
        "LOCALHOST_9000": f"LOCALHOST_{store.port}",
        "localhost-9000": f"localhost-{store.port}",
        secret_key: store.secret_key,
        f'key: "{access_key}"': f'key: "{store.access_key}"',
        f"ACCESS_KEY={access_key}": f"ACCESS_KEY={store.access_key}",
        **{f":{said}": f":{real}" for said, real in ports.items()},
    }.items():
        text = text.replace(said, real)
    return text


def guides() -> list[str]:
    return sorted(path.stem for path in GUIDES.glob("*.md"))


def test_every_guide_has_something_to_run() -> None:
    assert len(guides()) >= 6
    for name in guides():
        blocks = BLOCK.findall((GUIDES / f"{name}.md").read_text())
        assert any(how == "run" for _, how, _, _ in blocks), name


@pytest.mark.parametrize("name", guides())
def test_a_guide_does_what_it_says(name: str, stocked: Store, apiserver: Apiserver, tmp_path: Path) -> None:
    ports = {said: free_port() for said in ("8000", "8080", "9090", "9443")}
    text = here((GUIDES / f"{name}.md").read_text(), stocked, apiserver, ports)
    # A port that a container listens on stays what it is; the listeners of the guides' own gateway do not.
    script = ["set -euo pipefail"]
    for _, how, file, block in BLOCK.findall(text):
        if file:
            (tmp_path / file).write_text(block)
        else:
            script.append(block)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "presign-gateway").symlink_to(os.environ["PRESIGN_GATEWAY"])
    env = {
        "PATH": f"{programs}:/usr/sbin:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "CLEARML_API_ACCESS_KEY": apiserver.user_access_key,
        "CLEARML_API_SECRET_KEY": apiserver.user_secret_key,
        "TOKEN": apiserver.tokens["alice"],
        "MINIO_ACCESS_KEY": stocked.access_key,
        "MINIO_SECRET_KEY": stocked.secret_key,
        "PRESIGN__SERVER__LISTEN": f"127.0.0.1:{ports['8080']}",
        "PRESIGN__SERVER__ADMIN_LISTEN": f"127.0.0.1:{ports['9090']}",
    }
    said = follow("\n".join(script), env, tmp_path)
    assert stocked.secret_key not in said.replace(f"MINIO_SECRET={stocked.secret_key}", ""), said


def follow(script: str, env: dict[str, str], folder: Path) -> str:
    """Runs a guide's commands, then ends all that they have started."""
    out = folder / "said.log"
    with out.open("wb") as log:
        shell = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            status = shell.wait(120)
        finally:
            # Nothing is left of a guide that starts nothing.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)
    said = out.read_text(errors="replace")
    assert status == 0, f"ended with {status}:\n{said}"
    return said
