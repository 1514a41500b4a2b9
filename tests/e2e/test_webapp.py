"""The open-source WebApp's ways to open a URL, in Chromium, behind nginx with the file that `webapp-conf` prints.

Over https, and over plain http with a name that is not localhost: there a browser sends no Sec-Fetch headers. No bucket
here has CORS settings.
"""

import base64
import io
import urllib.request
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import gateway as presign
from apiserver import Apiserver
from keys import TASK_ID
from servers.gcs import Gcs
from servers.webserver import Webserver, webapp_conf
from test_browser import FLAGS, PNG

HERE = Path(__file__).parent
HOST = "app.clearml.test"
PAGE = "<!doctype html><html><head><meta charset=utf-8><title>ClearML</title><script type=module src=/app.js></script></head><body></body></html>"
TASK = f"Проект/My Project/run%3A1.{TASK_ID}"
IMAGE = f"{TASK}/metrics/loss/train curve_00000001.png"
PLOT = f"{TASK}/metrics/plot/a?b#c%20d_00000000.png"
SOUND = f"{TASK}/metrics/sound/тон.wav"
TEXT = f"{TASK}/metrics/text/notes.txt"
HTML = f"{TASK}/metrics/html/report.html"
ARTIFACT = f"{TASK}/artifacts/a b/a+b.pkl"
PICTURE = f"{TASK}/artifacts/picture/shown.png"


def sound() -> bytes:
    """A tenth of a second of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(8000)
        writer.writeframes(b"\x80" * 800)
    return file.getvalue()


OBJECTS = {
    IMAGE: (PNG, "image/png"),
    PLOT: (PNG, "image/png"),
    SOUND: (sound(), "audio/wav"),
    TEXT: (b"some text", "text/plain"),
    HTML: (b"<body><script>document.body.append('it runs')</script>", "text/html"),
    ARTIFACT: (b"weights", "binary/octet-stream"),
    PICTURE: (PNG, "image/png"),
}


@pytest.fixture(scope="module")
def bucket(stores: Any) -> Gcs:
    bucket = stores["gcs_hmac"]
    for key, (body, content_type) in OBJECTS.items():
        bucket.put(bucket.bucket, key, body, content_type)
    return bucket


@pytest.fixture(scope="module")
def behind(
    stores: Any, bucket: Gcs, apiserver: Apiserver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[presign.Gateway]:
    """A gateway below a path of the WebApp's host."""

    def change(settings: dict[str, Any]) -> None:
        settings["server"] |= {"base_path": "/presign", "cors_origins": [], "login_url": f"http://{HOST}/login"}
        every = {"backend": bucket.name, "ttl": "1h"}
        settings["rules"] = [
            {"name": "artifacts", "match": {"glob": bucket.url("**/artifacts/**")}, "delivery": "auto"} | every,
            {"name": "all", "match": {"glob": bucket.url("**")}} | every,
        ]

    folder = tmp_path_factory.mktemp("behind")
    gateway = presign.start(list(stores.all.values()), apiserver, "", folder, change)
    yield gateway
    gateway.process.stop()


@pytest.fixture(scope="module")
def webserver(behind: presign.Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    conf = webapp_conf("--gateway", behind.public.removesuffix("/"))
    webserver = Webserver(tmp_path_factory.mktemp("webserver"), PAGE, PAGE, conf)
    (webserver.folder / "html" / "app.js").write_bytes((HERE / "webapp.js").read_bytes())
    yield webserver
    webserver.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1"
    # The store speaks plain http, which a page of https would not show otherwise.
    mixed = ["--allow-running-insecure-content", "--disable-features=AutoupgradeMixedContent"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, rules, *mixed])
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    """Somebody who is not logged in."""
    context = chromium.new_context(accept_downloads=True, ignore_https_errors=True)
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def user(visitor: BrowserContext, apiserver: Apiserver) -> BrowserContext:
    cookie = {"name": "clearml_token_basic", "value": apiserver.tokens["alice"], "domain": HOST, "path": "/"}
    visitor.add_cookies([cookie | {"httpOnly": True, "sameSite": "Lax"}])
    return visitor


@pytest.fixture(params=["http", "https"])
def app(request: pytest.FixtureRequest, webserver: Webserver) -> str:
    """The WebApp's origin."""
    port = webserver.port if request.param == "http" else webserver.tls_port
    return f"{request.param}://{HOST}:{port}"


def open_app(context: BrowserContext, app: str, path: str = "/") -> Page:
    tab = context.new_page()
    tab.goto(app + path, wait_until="load")
    tab.wait_for_function("window.app && window.__presignGateway.hooked")
    return tab


def asked_for(bucket: Gcs) -> set[str]:
    """The keys that the store was asked for."""
    return {unquote(target.split("?")[0]).removeprefix(f"/{bucket.bucket}/") for _, target, _ in bucket.cloud.seen}


def requests(behind: presign.Gateway) -> float:
    """How many requests for objects the gateway has had."""
    with urllib.request.urlopen(f"{behind.admin}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("presign_requests_total{"))


@pytest.mark.parametrize("page", ["/", "/widgets/?type=sample"])
def test_everything_is_shown_by_its_exact_key(user: BrowserContext, app: str, bucket: Gcs, page: str) -> None:
    bucket.cloud.seen.clear()
    tab = open_app(user, app, page)
    assert tab.evaluate("url => app.image(url)", bucket.url(IMAGE)) == [3, 2]
    assert tab.evaluate("url => app.plot(url)", bucket.url(PLOT)).startswith("data:image/png;base64,")
    assert tab.evaluate("url => app.media(url)", bucket.url(SOUND)) >= 2
    for key, text in [(TEXT, "some text"), (HTML, "it runs")]:
        tab.evaluate("url => app.frame(url)", bucket.url(key))
        assert tab.frames[-1].inner_text("body") == text
    assert asked_for(bucket) == {IMAGE, PLOT, SOUND, TEXT, HTML}
    ranges = [headers.get("Range") for _, target, headers in bucket.cloud.seen if ".wav" in target]
    assert "bytes=0-" in ranges
    for _, target, headers in bucket.cloud.seen:
        assert not {"cookie", "authorization", "referer"} & {name.lower() for name in headers}, target


def test_an_artifact_is_fetched_by_script_with_its_name(user: BrowserContext, webserver: Webserver, bucket: Gcs) -> None:
    # Over plain http nothing tells such a request from others, and the WebApp goes on to the plain link.
    tab = open_app(user, f"https://{HOST}:{webserver.tls_port}")
    assert tab.evaluate("url => app.fetched(url)", bucket.url(ARTIFACT)) == ["a+b.pkl", "weights"]


def test_a_link_to_an_artifact_downloads_it(user: BrowserContext, app: str, bucket: Gcs) -> None:
    tab = open_app(user, app)
    for key, name in [(ARTIFACT, "a+b.pkl"), (PICTURE, "shown.png")]:
        with tab.expect_download() as download:
            tab.evaluate("async url => { location.href = await app.signed(url) }", bucket.url(key))
        assert download.value.suggested_filename == name
        assert Path(download.value.path()).read_bytes() == OBJECTS[key][0]
    assert tab.url == f"{app}/"


def test_the_viewers_button_saves_and_the_app_stays(user: BrowserContext, app: str, bucket: Gcs) -> None:
    tab = open_app(user, app)
    with tab.expect_download() as download:
        tab.evaluate("url => app.download(url)", bucket.url(IMAGE))
    assert download.value.suggested_filename == "train curve_00000001.png"
    assert Path(download.value.path()).read_bytes() == PNG
    assert tab.url == f"{app}/"
    assert tab.evaluate("typeof window.app") == "object"


def test_what_the_app_shows_and_saves_stays_as_it_was_registered(user: BrowserContext, app: str, bucket: Gcs) -> None:
    tab = open_app(user, app)
    assert tab.evaluate("url => app.signed(url)", "https://files.clearml.test/a.png") == "https://files.clearml.test/a.png"
    assert tab.evaluate("url => app.signed(url)", bucket.url(IMAGE)).startswith(f"{app}/presign/train%20curve_00000001.png?url=gs%3A%2F%2F")


def test_who_is_logged_out_is_told_so_and_no_store_is_asked(visitor: BrowserContext, app: str, bucket: Gcs) -> None:
    bucket.cloud.seen.clear()
    tab = open_app(visitor, app)
    tab.evaluate("url => app.frame(url)", bucket.url(TEXT))
    in_frame = tab.frames[-1]
    with visitor.expect_page() as opened:
        tab.evaluate("url => app.open(url)", bucket.url(ARTIFACT))
    for page in (in_frame, opened.value):
        text = page.inner_text("body")
        assert "401" in text and "no token was sent" in text, text
        assert page.get_attribute("a", "href") == f"http://{HOST}/login"
    with pytest.raises(Exception, match="did not load"):
        tab.evaluate("url => app.image(url)", bucket.url(IMAGE))
    assert bucket.cloud.seen == []


def test_a_second_view_of_a_page_asks_the_gateway_nothing_and_moves_no_bytes(
    user: BrowserContext, webserver: Webserver, behind: presign.Gateway, bucket: Gcs
) -> None:
    # Over http: Chromium keeps nothing of a host whose certificate it had to be talked into.
    app = f"http://{HOST}:{webserver.port}"
    bucket.cloud.answered.clear()
    for _ in range(2):
        tab = open_app(user, app)
        before = requests(behind)
        assert tab.evaluate("url => app.image(url)", bucket.url(IMAGE)) == [3, 2]
        assert tab.evaluate("url => app.plot(url)", bucket.url(PLOT)).startswith("data:image/png")
        after = requests(behind)
        tab.close()
    assert after == before, "the second view asked again"
    sent = [key for method, key, status in bucket.cloud.answered if (method, status) == ("GET", 200)]
    assert sorted(sent) == sorted([IMAGE, PLOT]), bucket.cloud.answered
