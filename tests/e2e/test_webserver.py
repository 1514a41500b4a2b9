"""`presign-gateway webapp-conf` in a real nginx that is set up as ClearML's webserver is."""

import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from client import send
from servers.process import free_port
from servers.webserver import Webserver, webapp_conf

INDEX = "<!doctype html><html><head><title>ClearML</title><script type=module src=app.js></script></head></html>"
WIDGETS = INDEX.replace("ClearML", "Widgets")
SCRIPT = '<script src="/presign/ui.js"></script>'


class Recorder:
    """Stands in for the gateway: keeps the request targets as they arrive."""

    def __init__(self) -> None:
        self.targets: list[str] = []
        self.headers: dict[str, str] = {}
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                recorder.targets.append(self.path)
                recorder.headers = dict(self.headers)
                self.send_response(302)
                self.send_header("Location", "http://store.example:9000/presign/x")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.server.shutdown()
    recorder.server.server_close()


@pytest.fixture(scope="module")
def webserver(recorder: Recorder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    conf = webapp_conf("--gateway", f"http://127.0.0.1:{recorder.port}")
    webserver = Webserver(tmp_path_factory.mktemp("nginx"), INDEX, WIDGETS, conf)
    yield webserver
    webserver.stop()


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    """The same without the file."""
    webserver = Webserver(tmp_path_factory.mktemp("stock"), INDEX, WIDGETS, "")
    yield webserver
    webserver.stop()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    """With a gateway whose name nobody knows."""
    conf = webapp_conf("--gateway", "http://presign-gateway.invalid:8080", "--resolver", "127.0.0.1")
    webserver = Webserver(tmp_path_factory.mktemp("alone"), INDEX, WIDGETS, conf)
    yield webserver
    webserver.stop()


@pytest.mark.parametrize(
    "target",
    [
        "/presign/a.png?url=s3%3A%2F%2Fb%2FMy%20Project%2Frun%253A1%2Fa%2Bb.png&proxy=1",
        "/presign/s3/b/run%3A1/a%2Fb%20c.txt",
        "/presign/s3/b//x///y",
        "/presign/s3://b/k",
        "/presign/s3%3A%2F%2Fb%2Fk",
        "/presign/s3/b/%D0%BF%D1%80/%E2%82%AC.txt",
        "/presign/s3/b/a%252520b",
        "/presign/x?url=s3://b/a+b&&=;%",
        "/presign/",
        "/presign/ui.js?v=%2F",
    ],
)
def test_a_request_target_arrives_as_it_was_sent(webserver: Webserver, recorder: Recorder, target: str) -> None:
    answer = send("GET", webserver.http + target)
    assert (answer.status, recorder.targets[-1]) == (302, target)
    assert answer.location == "http://store.example:9000/presign/x"


def test_bytes_that_are_no_ascii_arrive_as_they_were_sent(webserver: Webserver, recorder: Recorder) -> None:
    target = "/presign/s3/b/é.txt".encode()
    with socket.create_connection(("127.0.0.1", webserver.port)) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 302")
    assert recorder.targets[-1].encode("latin-1") == target


def test_the_gateway_is_told_who_asks_and_how(webserver: Webserver, recorder: Recorder) -> None:
    send("GET", f"{webserver.http}/presign/", {"Host": "app.clearml.test:8080", "Cookie": "a=b", "X-Forwarded-For": "192.0.2.1"})
    got = recorder.headers
    assert (got["Host"], got["Cookie"], got["X-Forwarded-Proto"]) == ("app.clearml.test:8080", "a=b", "http")
    assert got["X-Forwarded-For"] == "192.0.2.1, 127.0.0.1"


@pytest.mark.parametrize("path", ["/", "/projects/x/tasks?a=b", "/index.html", "/widgets", "/widgets/", "/widgets/?type=plot"])
def test_a_page_gets_the_script_and_keeps_its_headers(stock: Webserver, webserver: Webserver, path: str) -> None:
    before, after = send("GET", stock.http + path), send("GET", webserver.http + path)
    if before.status == 301:
        assert after.status == 301
        return
    assert (before.status, after.status) == (200, 200)
    assert after.body.decode() == before.body.decode().replace("</title>", f"</title>{SCRIPT}")
    ours = ("ETag", "Last-Modified", "Content-Length", "Accept-Ranges", "Transfer-Encoding", "Date", "Connection")
    kept = [pair for pair in before.headers.items() if pair[0] not in ours]
    assert [pair for pair in after.headers.items() if pair[0] not in ours] == kept


def test_a_page_that_a_browser_has_from_before_is_not_taken_for_the_new_one(
    stock: Webserver, webserver: Webserver
) -> None:
    for server in (stock, webserver):
        os.utime(server.folder / "html" / "index.html", (1_700_000_000, 1_700_000_000))
    old = send("GET", f"{stock.http}/").headers
    conditions = {"If-None-Match": old["ETag"], "If-Modified-Since": old["Last-Modified"]}
    assert send("GET", f"{stock.http}/", conditions).status == 304
    answer = send("GET", f"{webserver.http}/", conditions)
    assert answer.status == 200 and SCRIPT.encode() in answer.body


def test_a_file_of_somebody_else_gets_no_script(webserver: Webserver) -> None:
    (webserver.folder / "html" / "sample.html").write_text(INDEX)
    assert SCRIPT.encode() not in send("GET", f"{webserver.http}/sample.html").body


def test_the_webapp_runs_without_the_gateway(alone: Webserver) -> None:
    assert send("GET", f"{alone.http}/").status == 200
    assert send("GET", f"{alone.http}/presign/ui.js").status == 502
