"""Prometheus and Alertmanager, with the rules of monitoring/, whose minutes are seconds here."""

import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from monitoring import PROMETHEUS, RULE_FILES
from servers.process import Process, free_port

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def hurried(text: str) -> str:
    """Rules whose windows and delays last a sixtieth."""

    def sixtieth(match: re.Match[str]) -> str:
        return f"{match[1]}{int(match[2]) * UNITS[match[3]] // 60}s{match[4]}"

    return re.sub(r"(\[|for: |offset )(\d+)([smhd])(\]|\n|\)|$)", sixtieth, text)


def poll(is_so: Callable[[], object], what: str | Callable[[], str], seconds: float = 30) -> None:
    """Waits until something is so, and fails when it does not come; asks seldom, since each question is a query."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not seen in {seconds:g} s: {what if isinstance(what, str) else what()}"
        time.sleep(0.5)


class Alertmanager:
    def __init__(self, folder: Path, webhook: str):
        self.port = free_port()
        route = {"receiver": "webhook", "group_by": ["..."], "group_wait": "0s", "group_interval": "1s"}
        receiver = {"name": "webhook", "webhook_configs": [{"url": webhook, "send_resolved": True}]}
        config = folder / "alertmanager.yml"
        config.write_text(yaml.safe_dump({"route": route, "receivers": [receiver]}))
        self.process = Process(
            "alertmanager",
            "prometheus-alertmanager",
            f"--config.file={config}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        )
        self.process.wait_for_port(self.port)


class Prometheus:
    """Scrapes as monitoring/prometheus/prometheus.yml says, but each second, and this gateway."""

    def __init__(self, folder: Path, gateway: str, alertmanager: int):
        self.port = free_port()
        (folder / "rules").mkdir()
        for file in RULE_FILES:
            (folder / "rules" / file.name).write_text(hurried(file.read_text()))
        config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]}
        [job] = config["scrape_configs"]
        job["static_configs"] = [{"targets": [gateway]}]
        job["scheme"] = "http"
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        self.process = Process(
            "prometheus",
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
        )
        self.process.wait_until(self.is_ready, "ready")

    def is_ready(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5).close()
        except OSError:
            return False
        return True

    def ask(self, path: str, **parameters: str) -> Any:
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                said = json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from error
        assert said["status"] == "success" and not said.get("warnings"), said
        return said["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression has now, with numbers for values."""
        result = self.ask("query", query=expression)["result"]
        return [series for series in result if series["value"][1] not in ("NaN", "+Inf", "-Inf")]

    def firing(self) -> set[str]:
        return {series["metric"]["alertname"] for series in self.query('ALERTS{alertstate="firing"}')}
