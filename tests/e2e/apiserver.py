"""The fake ClearML apiserver: who is logged in."""

import base64
import json
import os
from dataclasses import dataclass
from typing import Any

from servers.process import Process


@dataclass(frozen=True)
class Apiserver:
    process: Process
    url: str
    access_key: str
    secret_key: str
    user_access_key: str
    user_secret_key: str
    #: JWTs by what they are: `alice` and `bob` are users; the others are in the state their name says.
    tokens: dict[str, str]

    @property
    def basic(self) -> str:
        pair = f"{self.user_access_key}:{self.user_secret_key}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def identity(self, who: str) -> dict[str, Any]:
        """What a token says about its user."""
        claims = self.tokens[who].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["identity"]


def start(port: int = 0) -> Apiserver:
    """On a port of its own choice, or on this one."""
    address = f"127.0.0.1:{port}"
    process = Process("apiserver", os.environ["FAKE_APISERVER"], "--listen", address, capture_stdout=True)
    said = json.loads(process.first_line())
    fields = ("url", "access_key", "secret_key", "user_access_key", "user_secret_key", "tokens")
    return Apiserver(process, **{name: said[name] for name in fields})
