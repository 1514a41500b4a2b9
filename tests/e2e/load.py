"""Callers who ask without a pause, each on a connection of its own."""

import http.client
import itertools
import json
import threading
from types import TracebackType
from urllib.parse import urlsplit

from client import component


class Load:
    """Runs for as long as it is entered; every answer but the expected one is a failure."""

    def __init__(self, base: str, headers: dict[str, str], storage_url: str, callers: int = 6) -> None:
        self._address = urlsplit(base).netloc
        self._headers, self._storage_url = headers, storage_url
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on) for _ in range(callers)]
        self.answered = 0
        self.failures: list[str] = []

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask_on(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=30)
        for number in itertools.count():
            if self._over.is_set():
                return connection.close()
            try:
                failure = self._list(connection) if number % 5 == 0 else self._redirect(connection)
            except (OSError, http.client.HTTPException) as error:
                failure = repr(error)
                connection.close()
            if failure is None:
                self.answered += 1
            else:
                self.failures.append(failure)

    def _redirect(self, connection: http.client.HTTPConnection) -> str | None:
        connection.request("GET", f"/?url={component(self._storage_url)}", headers=self._headers)
        answer = connection.getresponse()
        body = answer.read()
        fine = answer.status == 302 and "X-Amz-Signature=" in (answer.headers["Location"] or "")
        return None if fine else f"GET: {answer.status} {body[:200]!r}"

    def _list(self, connection: http.client.HTTPConnection) -> str | None:
        """A list goes by POST, which load balancers do not send twice."""
        asked = json.dumps([{"url": self._storage_url}] * 2)
        headers = self._headers | {"Content-Type": "application/json"}
        connection.request("POST", "/v1/presign", asked, headers)
        answer = connection.getresponse()
        body = answer.read()
        fine = answer.status == 200 and all("url" in item for item in json.loads(body))
        return None if fine else f"POST: {answer.status} {body[:200]!r}"
