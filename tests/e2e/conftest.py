"""Servers for the tests, each started when the first test needs it, and the closing table."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import apiserver as clearml  # noqa: E402
import gateway as presign  # noqa: E402
import web_app  # noqa: E402
from client import Caller, bearer, cookie  # noqa: E402
from keys import KEYS, body  # noqa: E402
from servers.azurite import Azurite  # noqa: E402
from servers.azurite_delegation import AzuriteDelegation  # noqa: E402
from servers.gcs import Gcs, GcsHmac, GcsKeyless  # noqa: E402
from servers.minio import MinIO  # noqa: E402
from servers.process import ServerUnavailable  # noqa: E402
from servers.rgw import Rgw, RgwVirtualHost  # noqa: E402
from servers.store import Store  # noqa: E402
from servers.weed import SeaweedFS  # noqa: E402

KINDS = (MinIO, Rgw, RgwVirtualHost, SeaweedFS, Azurite, AzuriteDelegation, Gcs, GcsHmac, GcsKeyless)
RED = {"red": True, "bold": True}
Needed = TypeVar("Needed")
_unavailable: dict[str, str] = {}
_keys_passed: dict[str, int] = {}
_keys_failed: set[str] = set()


class Stores:
    """All stores by name; each is started and filled when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        rgw = Rgw(folder)
        every = [MinIO(folder), rgw, RgwVirtualHost(folder, rgw), SeaweedFS(folder), Azurite(folder)]
        every += [AzuriteDelegation(folder), Gcs(folder), GcsHmac(folder), GcsKeyless(folder)]
        self.all: dict[str, Store] = {store.name: store for store in every}
        self._running: dict[str, Store] = {}

    def __getitem__(self, name: str) -> Store:
        if name in _unavailable:
            raise ServerUnavailable(_unavailable[name])
        if name not in self._running:
            self._running[name] = self.all[name]
            try:
                self._start(self.all[name])
            except Exception as error:
                _unavailable[name] = str(error)
                raise
        return self._running[name]

    def _start(self, store: Store) -> None:
        store.start()
        for bucket in (store.bucket, presign.uploads(store), *store.more_buckets):
            store.create_bucket(bucket)
        for name, key in KEYS.items():
            if name not in store.cannot_hold:
                store.put(store.bucket, key, body(key))

    def stop(self) -> None:
        for store in self._running.values():
            store.stop()


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    stores = Stores(tmp_path_factory.mktemp("stores"))
    yield stores
    stores.stop()


@pytest.fixture
def store(stores: Stores, store_name: str) -> Store:
    return stores[store_name]


@pytest.fixture(scope="session")
def minio(stores: Stores) -> Store:
    return stores["minio"]


@pytest.fixture(scope="session")
def rgw(stores: Stores) -> Store:
    return stores["rgw"]


@pytest.fixture(scope="session")
def gcs(stores: Stores) -> Gcs:
    store = stores["gcs"]
    assert isinstance(store, Gcs)
    return store


@pytest.fixture(scope="session")
def apiserver() -> Iterator[clearml.Apiserver]:
    apiserver = needed("the fake apiserver", clearml.start)
    yield apiserver
    apiserver.process.stop()


@pytest.fixture(scope="session")
def app() -> Iterator[web_app.WebApp]:
    """The origin of the ClearML web app, with a page that a test may set."""
    app = web_app.WebApp()
    yield app
    app.stop()


@pytest.fixture(scope="session")
def gateway(
    stores: Stores, apiserver: clearml.Apiserver, app: web_app.WebApp, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[presign.Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    every = list(stores.all.values())
    gateway = needed("the gateway", lambda: presign.start(every, apiserver, app.origin, folder))
    yield gateway
    gateway.process.stop()


def needed(name: str, start: Callable[[], Needed]) -> Needed:
    """Starts a server that every test needs; without it there is no point in going on."""
    try:
        return start()
    except ServerUnavailable as error:
        _unavailable[name] = str(error)
        raise pytest.exit.Exception(f"{name} cannot be had: {error}", returncode=1) from error


@pytest.fixture
def alice(gateway: presign.Gateway, apiserver: clearml.Apiserver) -> Caller:
    """A user whose browser sends the ClearML cookie."""
    return Caller(gateway.public, cookie(apiserver.tokens["alice"]))


@pytest.fixture
def alices_program(gateway: presign.Gateway, apiserver: clearml.Apiserver) -> Caller:
    """The same user's program, which sends a Bearer token."""
    return Caller(gateway.public, bearer(apiserver.tokens["alice"]))


@pytest.fixture
def bob(gateway: presign.Gateway, apiserver: clearml.Apiserver) -> Caller:
    return Caller(gateway.public, cookie(apiserver.tokens["bob"]))


@pytest.fixture
def nobody(gateway: presign.Gateway) -> Caller:
    """Somebody who is not logged in."""
    return Caller(gateway.public, {})


def pytest_configure(config: pytest.Config) -> None:
    def stop(*_: object) -> None:
        pytest.exit("terminated", returncode=143)

    signal.signal(signal.SIGTERM, stop)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `key_name` runs for each key on each store, one that takes `store` for each store."""
    names = metafunc.fixturenames
    if "key_name" in names:
        cases = [
            pytest.param(kind.name, key_name, id=f"{kind.name}-{key_name}")
            for kind in KINDS
            for key_name in KEYS
            if (key_name in kind.cannot_hold) == ("refused_key" in metafunc.definition.keywords)
        ]
        metafunc.parametrize(("store_name", "key_name"), cases)
    elif "store" in names and not metafunc.definition.get_closest_marker("parametrize"):
        metafunc.parametrize("store_name", [kind.name for kind in KINDS])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.when == "call" and item.get_closest_marker("counted"):
        name = item.callspec.params["store_name"]
        _keys_passed[name] = _keys_passed.get(name, 0) + report.passed
        if not report.passed:
            _keys_failed.add(name)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _keys_passed:
        terminalreporter.section("awkward keys, read through the gateway")
        line = "{:<18} {:>6} / {:<6} {}"
        terminalreporter.write_line(line.format("store", "passed", "total", "the store itself cannot hold"))
        for kind in KINDS:
            if kind.name in _keys_passed:
                passed, unheld = _keys_passed[kind.name], ", ".join(kind.cannot_hold) or "-"
                fine = kind.name not in _keys_failed
                text = line.format(kind.name, passed, len(KEYS), unheld)
                terminalreporter.write_line(text, green=fine, red=not fine)
    for name, why in _unavailable.items():
        terminalreporter.section(f"{name} cannot be had", **RED)
        terminalreporter.write_line(why, red=True)
