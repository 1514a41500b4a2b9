"""Several gateways, without any state in common."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from apiserver import Apiserver
from balancers import Balancer
from client import Caller, cookie, send
from keys import CLEARML_ARTIFACT, body
from load import Load
from servers.process import Process, free_port
from servers.store import Store

BALANCERS = ("nginx", "haproxy")


class Replica:
    """One gateway; it takes the same ports each time it is started."""

    def __init__(self, name: str, config: Path, secrets: dict[str, str]) -> None:
        self.name, self._config = name, config
        self.public, self.admin = free_port(), free_port()
        self._environment = secrets | {
            "PRESIGN__SERVER__LISTEN": f"127.0.0.1:{self.public}",
            "PRESIGN__SERVER__ADMIN_LISTEN": f"127.0.0.1:{self.admin}",
        }
        self.start()

    def start(self) -> None:
        binary = os.environ["PRESIGN_GATEWAY"]
        self.process = Process(self.name, binary, "--config", self._config, env=self._environment, capture_stdout=True)
        self.process.first_line()

    def redirects(self) -> int:
        """How many links it has given since it was started."""
        text = send("GET", f"http://127.0.0.1:{self.admin}/metrics").body.decode()
        lines = [line for line in text.splitlines() if line.startswith("presign_requests_total{")]
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in lines)


@pytest.fixture(scope="module")
def replicas(minio: Store, apiserver: Apiserver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Replica]]:
    config = tmp_path_factory.mktemp("replicas") / "presign.yaml"
    described = {
        "server": {"limits": {"drain_delay": "2s"}},
        "auth": {"provider": "clearml", "clearml": {"api_server": apiserver.url}},
        "backends": {"minio": minio.backend()},
        "rules": [{"name": "minio", "match": {"glob": minio.url("**")}, "backend": "minio", "ttl": "1h"}],
    }
    config.write_text(yaml.safe_dump(described))
    replicas = [Replica(f"replica-{number}", config, minio.environment()) for number in range(3)]
    yield replicas
    for replica in replicas:
        replica.process.stop()


@pytest.fixture(scope="module", params=BALANCERS)
def balancer(
    request: pytest.FixtureRequest, replicas: list[Replica], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Balancer]:
    ports = [(replica.public, replica.admin) for replica in replicas]
    balancer = Balancer(request.param, tmp_path_factory.mktemp(request.param), ports)
    yield balancer
    balancer.stop()


def test_every_replica_gives_a_link_that_opens(
    balancer: Balancer, replicas: list[Replica], minio: Store, apiserver: Apiserver
) -> None:
    before = [replica.redirects() for replica in replicas]
    alice = Caller(balancer.url, cookie(apiserver.tokens["alice"]))
    for _ in replicas:
        assert send("GET", alice.signed(minio.url(CLEARML_ARTIFACT))).body == body(CLEARML_ARTIFACT)
    assert all(replica.redirects() > earlier for replica, earlier in zip(replicas, before)), "all were asked"


def test_every_replica_gives_the_same_link(replicas: list[Replica], minio: Store, apiserver: Apiserver) -> None:
    """Within one `signing.stable_window`: should its end come in between, the next one has just begun."""

    def links() -> set[str]:
        alices = [Caller(f"http://127.0.0.1:{replica.public}", cookie(apiserver.tokens["alice"])) for replica in replicas]
        return {alice.signed(minio.url(CLEARML_ARTIFACT)) for alice in alices}

    assert len(links()) == 1 or len(links()) == 1


def test_replicas_are_restarted_under_load_without_a_failed_request(
    balancer: Balancer, replicas: list[Replica], minio: Store, apiserver: Apiserver
) -> None:
    with Load(balancer.url, cookie(apiserver.tokens["alice"]), minio.url(CLEARML_ARTIFACT)) as load:
        for replica in replicas:
            replica.process.wait_until(lambda: replica.redirects() > 20, "under load")
            assert replica.process.terminate() == 0, f"{replica.name} does not end in order"
            replica.start()
            replica.process.wait_until(lambda: replica.redirects() > 20, "under load again")
    assert not load.failures, f"{len(load.failures)} of {load.answered} failed: {load.failures[:3]}"
    assert load.answered > 100
