"""The servers of the live tests, which all share: a gateway under traffic, Prometheus, Alertmanager."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "e2e")]

from traffic import Traffic  # noqa: E402
from world import World  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    def stop(*_: object) -> None:
        pytest.exit("terminated", returncode=143)

    signal.signal(signal.SIGTERM, stop)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"))
    traffic = Traffic(world)
    yield world
    traffic.stop()
    world.stop()
