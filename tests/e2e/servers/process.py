"""Starting, awaiting and stopping a server process."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

HOME = Path(os.environ.get("E2E_HOME", "target/e2e"))
LOGS = Path(os.environ.get("E2E_LOGS", HOME / "logs"))

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
_handed_out: set[int] = set()


class ServerUnavailable(Exception):
    """A server that the tests need could not be started."""


def free_port() -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _handed_out:
            _handed_out.add(port)
            return port


def accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """One server process with its log; it dies with the test run, however that ends."""

    def __init__(self, name: str, *argv: str | Path, env: dict[str, str] | None = None, capture_stdout: bool = False):
        self.name = name
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = LOGS / f"{name}.log"
        with self.log.open("ab") as log:
            try:
                self._child = subprocess.Popen(
                    [str(part) for part in argv],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE if capture_stdout else log,
                    stderr=log,
                    env=os.environ | (env or {}),
                    start_new_session=True,
                    preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),
                )
            except OSError as error:
                raise ServerUnavailable(f"{name} cannot be started: {error}") from error

    @property
    def pid(self) -> int:
        return self._child.pid

    def wait_until(self, ready: Callable[[], object], what: str, seconds: float = 60) -> None:
        """Polls until `ready()` is true; fails when the process ends or the deadline passes."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self._child.poll() is not None:
                raise ServerUnavailable(f"{self.name} ended with {self._child.returncode}; {self._tail()}")
            if time.monotonic() > deadline:
                raise ServerUnavailable(f"{self.name}: not {what} after {seconds:g} s; {self._tail()}")
            time.sleep(0.05)

    def wait_for_port(self, port: int, seconds: float = 60) -> None:
        self.wait_until(lambda: accepts_connections(port), f"listening on port {port}", seconds)

    def first_line(self, seconds: float = 30) -> str:
        """The first line on stdout, for programs that say there when they are ready."""
        out = self._child.stdout
        assert out is not None, "started without capture_stdout"
        os.set_blocking(out.fileno(), False)
        read = b""

        def line_is_complete() -> bool:
            nonlocal read
            read += out.read() or b""
            return b"\n" in read

        self.wait_until(line_is_complete, "ready", seconds)
        return read.split(b"\n", 1)[0].decode()

    def terminate(self, seconds: float = 30) -> int:
        """Asks it to end, and returns what it ends with."""
        self._child.send_signal(signal.SIGTERM)
        return self._child.wait(seconds)

    def stop(self) -> None:
        for name in (signal.SIGTERM, signal.SIGKILL):
            if self._child.poll() is None:
                self._child.send_signal(name)
                try:
                    self._child.wait(10)
                except subprocess.TimeoutExpired:
                    continue

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-8:]
        return f"the end of {self.log}:\n" + "\n".join(lines)


def poll(is_so: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Waits until something is so, and fails when it does not come."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not seen in {seconds:g} s: {what}"
        time.sleep(0.05)


def run_once(name: str, *argv: str | Path, seconds: float = 120) -> str:
    """Runs a set-up command to its end and returns its stdout."""
    command = [str(part) for part in argv]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or ""
        raise ServerUnavailable(f"{name}: {' '.join(command)} failed: {error} {said}") from error
    return done.stdout
