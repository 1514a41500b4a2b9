"""A logged-in person's browser: Chromium, with the ClearML cookie, on the ClearML web app's pages."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from apiserver import Apiserver
from client import component
from gateway import Gateway
from keys import TASK_ID
from servers.gcs import Gcs
from servers.store import Store
from web_app import WebApp

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: A picture of 3 × 2 pixels.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP438AAQQxwFgBf0gj7joAKVQAAAABJRU5ErkJggg=="
)
IMAGE = f"My Project/run%3A1.{TASK_ID}/metrics/loss/train curve_00000001.png"
ARTIFACT = f"My Project/run%3A1.{TASK_ID}/artifacts/a b/weights 100% é+.bin"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[BrowserContext]:
    """Somebody who is not logged in."""
    context = chromium.new_context(accept_downloads=True)
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def logged_in(browser: BrowserContext, apiserver: Apiserver) -> BrowserContext:
    cookie = {"name": "clearml_token_basic", "value": apiserver.tokens["alice"], "domain": "localhost", "path": "/"}
    browser.add_cookies([cookie | {"httpOnly": True, "sameSite": "Lax"}])
    return browser


@pytest.fixture(params=["minio", "gcs", "azure"])
def pictures(request: pytest.FixtureRequest, stores: Mapping[str, Store]) -> Store:
    store = stores[request.param]
    if IMAGE not in store.keys(store.bucket):
        store.put(store.bucket, IMAGE, PNG, "image/png")
        store.put(store.bucket, ARTIFACT, b"weights", "application/octet-stream")
    return store


def through(gateway: Gateway, url: str, more: str = "") -> str:
    """The gateway on the web app's site: `localhost`, so that the browser sends it the ClearML cookie."""
    return f"{gateway.public.replace('127.0.0.1', 'localhost')}/?url={component(url)}{more}"


def open_app(context: BrowserContext, app: WebApp, page: str) -> Page:
    app.page = page
    tab = context.new_page()
    tab.goto(app.origin + "/", wait_until="load")
    return tab


def test_an_image_is_shown(logged_in: BrowserContext, gateway: Gateway, app: WebApp, pictures: Store) -> None:
    tab = open_app(logged_in, app, f'<img id=i src="{through(gateway, pictures.url(IMAGE))}">')
    assert tab.evaluate("[i.complete, i.naturalWidth, i.naturalHeight]") == [True, 3, 2]


def test_an_image_needs_the_cookie(browser: BrowserContext, gateway: Gateway, app: WebApp, pictures: Store) -> None:
    tab = open_app(browser, app, f'<img id=i src="{through(gateway, pictures.url(IMAGE))}">')
    assert tab.evaluate("i.naturalWidth") == 0


def test_a_link_is_followed_to_the_store(
    logged_in: BrowserContext, gateway: Gateway, app: WebApp, pictures: Store
) -> None:
    tab = open_app(logged_in, app, f'<a target=_blank href="{through(gateway, pictures.url(IMAGE))}">open</a>')
    with logged_in.expect_page() as opened:
        tab.click("a")
    opened.value.wait_for_load_state()
    assert opened.value.url.startswith(f"http://127.0.0.1:{pictures.port}/")
    assert opened.value.evaluate("document.images[0].naturalWidth") == 3


def test_a_download_has_the_right_name_and_bytes(
    logged_in: BrowserContext, gateway: Gateway, app: WebApp, pictures: Store, tmp_path: Path
) -> None:
    href = through(gateway, pictures.url(ARTIFACT), "&download=")
    tab = open_app(logged_in, app, f'<a href="{href.replace("&", "&amp;")}">download</a>')
    with tab.expect_download() as download:
        tab.click("a")
    assert download.value.suggested_filename == "weights 100% é+.bin"
    download.value.save_as(tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == b"weights"


def test_a_link_by_path_is_followed_too(logged_in: BrowserContext, gateway: Gateway, minio: Store) -> None:
    minio.put(minio.bucket, "shown/a+b c.txt", b"text", "text/plain")
    path = quote(minio.url("shown/a+b c.txt").removeprefix("s3://"))
    tab = logged_in.new_page()
    tab.goto(f"{gateway.public.replace('127.0.0.1', 'localhost')}/s3/{path}")
    assert tab.inner_text("body") == "text"


def test_somebody_who_is_not_logged_in_gets_a_page_that_says_so(
    browser: BrowserContext, gateway: Gateway, minio: Store
) -> None:
    tab = browser.new_page()
    answer = tab.goto(through(gateway, minio.url("plain.txt")))
    assert answer is not None and answer.status == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "www-authenticate" not in answer.headers or "basic" not in answer.headers["www-authenticate"].lower()
    text = tab.inner_text("body")
    assert "log in" in text.lower() or "logged in" in text.lower() or "token" in text.lower(), text
    assert "{" not in text, "JSON is not for people"


def test_a_page_that_is_forbidden_says_so(logged_in: BrowserContext, gateway: Gateway, minio: Store) -> None:
    tab = logged_in.new_page()
    answer = tab.goto(through(gateway, minio.url("plain.txt", "another-bucket")))
    assert answer is not None and answer.status == 403
    assert answer.headers["content-type"].startswith("text/html")


def test_no_clearml_cookie_reaches_a_store(logged_in: BrowserContext, gateway: Gateway, app: WebApp, gcs: Gcs) -> None:
    gcs.put(gcs.bucket, IMAGE, PNG, "image/png")
    gcs.cloud.seen.clear()
    open_app(logged_in, app, f'<img src="{through(gateway, gcs.url(IMAGE))}">')
    assert gcs.cloud.seen, "the image was not fetched"
    for _, _, headers in gcs.cloud.seen:
        assert not {"cookie", "authorization", "referer"} & {name.lower() for name in headers}
