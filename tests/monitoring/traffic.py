"""Requests of every kind, over and over."""

import itertools
import json
import threading
from typing import TYPE_CHECKING

from client import bearer, component, cookie, send

if TYPE_CHECKING:
    from world import World

BOUNDARY = "0123456789abcdef"
FORM = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload.txt"; filename="upload.txt"\r\n'
    f"Content-Type: text/plain\r\n\r\nan upload\r\n--{BOUNDARY}--\r\n"
).encode()


class Traffic:
    def __init__(self, world: "World"):
        self._world, self._ended = world, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(60)

    def _run(self) -> None:
        for number in itertools.count():
            try:
                self._round(number)
            except OSError:
                # The gateway is down, because a test wants it so.
                pass
            if self._ended.wait(0.1):
                return

    def _round(self, number: int) -> None:
        world = self._world
        alice, bob = cookie(world.apiserver.tokens["alice"]), bearer(world.apiserver.tokens["bob"])
        # A new key each time has to be signed for, an old one may be remembered.
        for key in (f"new-{number}.txt", "old.txt"):
            for url in (f"s3://ml/{key}", f"s3://{world.cloud.host}/ml/{key}", f"gs://ml/{key}"):
                self._ask(url, alice)
        for _ in range(10):
            self._ask("s3://ml/many.txt", bob)
        self._ask("s3://ml/long/life.txt", bob)
        self._ask("s3://ml/head.txt", bob, "HEAD")
        self._ask("s3://ml/put.txt", bob, "PUT")
        self._ask(f"s3://{world.cloud.host}/stream/object.txt", bob)
        upload = bob | {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        send("POST", f"{world.url}/local/files/uploads", upload, FORM)
        several = [{"url": "s3://ml/a"}, {"url": "gs://ml/b"}, {"url": "s3://nobody/c"}]
        send("POST", f"{world.url}/v1/presign", bob | {"Content-Type": "application/json"}, json.dumps(several).encode())
        self._ask("s3://ml/embargo/secret.txt", alice)
        self._ask("s3://ml/a.txt", {})
        self._ask("s3://ml/a.txt", cookie(world.apiserver.tokens["expired"]))
        self._ask("s3://ml/../a.txt", alice)

    def _ask(self, url: str, headers: dict[str, str], method: str = "GET") -> None:
        body = b"" if method == "PUT" else None
        send(method, f"{self._world.url}/?url={component(url)}", headers, body)
