"""The same object asked for again: the same link, from every gateway, so that browsers need not fetch it again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

import gateway as presign
from apiserver import Apiserver
from client import Caller, cookie, send
from conftest import Stores
from keys import CLEARML_ARTIFACT, body
from servers.gcs import Gcs
from servers.store import Store
from test_browser import FLAGS, PNG, open_app, through
from web_app import WebApp

STORES = ("minio", "rgw", "azure", "gcs", "gcs_hmac")
WINDOW_SECONDS = 3


@pytest.fixture(scope="module")
def another(
    stores: Stores, apiserver: Apiserver, app: WebApp, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[presign.Gateway]:
    """A second gateway with the configuration of the first, and no other thing in common."""
    another = presign.start(list(stores.all.values()), apiserver, app.origin, tmp_path_factory.mktemp("another"))
    yield another
    another.process.stop()


@pytest.fixture(scope="module")
def hasty(
    stores: Stores, apiserver: Apiserver, app: WebApp, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[presign.Gateway]:
    """A gateway whose windows a test can wait for."""
    folder = tmp_path_factory.mktemp("hasty")
    window = {"stable_window": f"{WINDOW_SECONDS}s"}
    every = list(stores.all.values())
    hasty = presign.start(every, apiserver, app.origin, folder, lambda settings: settings.update(signing=window))
    yield hasty
    hasty.process.stop()


@pytest.mark.parametrize("store_name", STORES)
def test_two_gateways_sign_alike(
    store: Store, gateway: presign.Gateway, another: presign.Gateway, apiserver: Apiserver
) -> None:
    """Within one window: should its end come in between, the next one has just begun."""
    alices = [Caller(one.public, cookie(apiserver.tokens["alice"])) for one in (gateway, another, gateway)]

    def links() -> set[str]:
        return {alice.signed(store.url(CLEARML_ARTIFACT)) for alice in alices}

    assert len(links()) == 1 or len(links()) == 1


@pytest.mark.parametrize("store_name", STORES)
def test_links_of_the_last_window_and_of_this_one_both_work(
    store: Store, hasty: presign.Gateway, apiserver: Apiserver
) -> None:
    alice = Caller(hasty.public, cookie(apiserver.tokens["alice"]))
    old = alice.signed(store.url(CLEARML_ARTIFACT))
    hasty.process.wait_until(lambda: alice.signed(store.url(CLEARML_ARTIFACT)) != old, "in the next window")
    for link in (old, alice.signed(store.url(CLEARML_ARTIFACT))):
        assert send("GET", link).body == body(CLEARML_ARTIFACT)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


def test_a_grid_of_images_that_is_seen_twice_is_fetched_once(
    chromium: Browser, gateway: presign.Gateway, another: presign.Gateway, app: WebApp, apiserver: Apiserver, gcs: Gcs
) -> None:
    """The second time through another gateway, so that it is the links that are the same and not the redirects."""
    keys = [f"grid/image {number}.png" for number in range(12)]
    for key in keys:
        gcs.put(gcs.bucket, key, PNG, "image/png")
    context = chromium.new_context()
    token = {"name": "clearml_token_basic", "value": apiserver.tokens["alice"], "domain": "localhost", "path": "/"}
    context.add_cookies([token | {"httpOnly": True, "sameSite": "Lax"}])

    def fetched_over_two_pages() -> int:
        """How often an object's bytes were sent; the answer that they are the same as before has none."""
        gcs.cloud.answered.clear()
        for one in (gateway, another):
            tab = open_app(context, app, "".join(f'<img src="{through(one, gcs.url(key))}">' for key in keys))
            assert tab.evaluate("[...document.images].every(image => image.naturalWidth === 3)")
        return sum(status == 200 for method, key, status in gcs.cloud.answered if method == "GET")

    # Should a window end between the two pages, the next one has just begun, and its links may be known already.
    first = fetched_over_two_pages()
    assert first == len(keys) or fetched_over_two_pages() in (0, len(keys))
    context.close()
