import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from container import Container, podman  # noqa: E402


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Callable[..., Container]]:
    """Starts containers, and removes them after the test."""
    started: list[Container] = []

    def start(config: str | None = None, *options: str, tmpfs: bool = False) -> Container:
        started.append(Container.start(tmp_path, config, options, tmpfs))
        return started[-1]

    yield start
    for each in started:
        try:
            podman("rm", "--force", "--time", "1", each.id)
        except subprocess.CalledProcessError as error:
            print(error.stderr, file=sys.stderr)
