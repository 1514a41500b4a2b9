"""HTTP clients that send exactly the request target they are given.

`requests` and `urllib3` quote and unquote parts of a URL before they send it. What a gateway or a store makes of a URL
can only be seen when nobody touches it on the way.
"""

import http.client
import json
import ssl
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit


#: Who vouches for the stores behind TLS: each adds its own certificate.
AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def location(self) -> str:
        return self.headers["Location"] or ""

    @cached_property
    def json(self) -> Any:
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"<{self.status} {dict(self.headers)} {self.body[:600]!r}>"


def send(method: str, url: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
    """One request, no redirect followed; every host is this machine."""
    scheme, rest = url.split("://", 1)
    authority, slash, target = rest.partition("/")
    assert scheme in ("http", "https") and slash, url
    port = urlsplit(url).port
    if scheme == "https":
        connection = http.client.HTTPSConnection("127.0.0.1", port or 443, timeout=30, context=AUTHORITIES)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port or 80, timeout=30)
    try:
        connection.putrequest(method, "/" + target, skip_host=True, skip_accept_encoding=True)
        for name, value in ({"Host": authority} | (headers or {})).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def component(text: str) -> str:
    """JavaScript's `encodeURIComponent`: what the ClearML UI's shim uses."""
    return quote(text, safe="-_.!~*'()")


class Caller:
    """Somebody who asks the gateway, with their own headers."""

    def __init__(self, gateway: str, headers: dict[str, str]):
        self.gateway, self.headers = gateway, headers

    def target(self, method: str, target: str, headers: dict[str, str] | None = None) -> Answer:
        """Sends a raw request target, such as `/s3/bucket/key`."""
        return send(method, self.gateway + target, self.headers | (headers or {}))

    def ask(self, url: str, method: str = "GET", query: str = "", headers: dict[str, str] | None = None) -> Answer:
        """Asks for a storage URL: `/?url=<encoded>`, and `query` as it stands behind it."""
        return self.target(method, f"/?url={component(url)}{query}", headers)

    def signed(self, url: str, method: str = "GET", query: str = "", headers: dict[str, str] | None = None) -> str:
        """The signed URL that a redirect leads to."""
        answer = self.ask(url, method, query, headers)
        assert answer.status == 302, answer
        return answer.location

    def presign(self, request: Any) -> Answer:
        """`POST /v1/presign`."""
        headers = self.headers | {"Content-Type": "application/json"}
        return send("POST", f"{self.gateway}/v1/presign", headers, json.dumps(request).encode())


def cookie(token: str, name: str = "clearml_token_basic") -> dict[str, str]:
    return {"Cookie": f"{name}={token}"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def tampered(url: str, parameter: str) -> str:
    """The URL with one character of its signature changed."""
    start = url.index(f"{parameter}=") + len(parameter) + 1
    position = start + 5
    other = "0" if url[position] != "0" else "1"
    return url[:position] + other + url[position + 1 :]
