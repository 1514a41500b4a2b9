"""A hundred reloads beneath thousands of requests a second."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from client import send
from gateway import Gateway, run

RELOADS = 100
LEAST_RATE = 5_000
SCRIPT = Path(__file__).parent / "reload.lua"
SECRETS = {"RELOAD_TOKEN": "a-token", "RELOAD_SECRET": "a-secret"}


def configuration(own: str, ttl: int) -> dict[str, Any]:
    """All that decides about a request bears the name: the user, the rule that lets only that user in, the backend."""
    key = {"source": "static", "access_key": f"AKIA{own}", "secret_key": {"env": "RELOAD_SECRET"}}
    rule = {"name": own, "match": {"glob": "s3://ml/**"}, "allow": {"users": [own]}, "backend": own}
    return {
        "server": {"listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0"},
        "log": {"level": "warn"},
        "auth": {"provider": "static", "static": {"tokens": [{"token": {"env": "RELOAD_TOKEN"}, "user": own}]}},
        "backends": {
            own: {"type": "s3", "region": "eu-west-1", "endpoint": f"https://{own}.example", "credentials": key}
        },
        "rules": [rule | {"ttl": f"{ttl}s", "rewrite": {"bucket": f"ml-{own}"}}],
    }


ONE, TWO = configuration("one", 600), configuration("two", 1200)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    gateway = run("gateway-reload", ONE, SECRETS, tmp_path)
    yield gateway
    gateway.process.stop()


def generation(gateway: Gateway) -> int:
    return json.loads(send("GET", f"{gateway.admin}/version").body)["generation"]


def reload(gateway: Gateway, settings: dict[str, Any], file: Path) -> None:
    """Puts another configuration in the place of the file, and waits until one is in effect that was read after that."""
    before, new = generation(gateway), file.with_suffix(".new")
    new.write_text(yaml.safe_dump(settings))
    new.replace(file)
    os.kill(gateway.process.pid, signal.SIGHUP)
    gateway.process.wait_until(lambda: generation(gateway) > before, "reloaded")


def test_at_five_thousand_requests_a_second_none_fails_and_none_is_decided_by_a_mixture(
    gateway: Gateway, tmp_path: Path
) -> None:
    command = ["wrk", "-t1", "-c16", "-d1h", "-s", str(SCRIPT), gateway.public]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | SECRETS) as load:
        try:
            for number in range(RELOADS):
                reload(gateway, ONE if number % 2 else TWO, tmp_path / "presign.yaml")
        finally:
            load.send_signal(signal.SIGINT)
        printed, _ = load.communicate(timeout=60)
    found = re.search(r"^result (.*)$", printed, re.MULTILINE)
    assert found, printed
    result = json.loads(found[1])
    assert result["wrong"] == 0 and result["lost"] == 0, printed
    assert min(result["one"], result["two"]) > RELOADS, printed
    assert result["rate"] >= LEAST_RATE, printed
