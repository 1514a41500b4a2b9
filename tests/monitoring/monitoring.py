"""What monitoring/ holds."""

import importlib.machinery
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "monitoring/prometheus"
GRAFANA = ROOT / "monitoring/grafana"

RULE_FILES = sorted((PROMETHEUS / "rules").glob("*.yml"))
GROUPS: list[dict[str, Any]] = [group for file in RULE_FILES for group in yaml.safe_load(file.read_text())["groups"]]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}

DASHBOARDS: dict[str, dict[str, Any]] = {
    file.name: json.loads(file.read_text()) for file in sorted((GRAFANA / "dashboards").glob("*.json"))
}


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that show something: not the headings."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def generator() -> Any:
    """monitoring/grafana/generate, as a module."""
    loader = importlib.machinery.SourceFileLoader("generate", str(GRAFANA / "generate"))
    spec = importlib.util.spec_from_loader("generate", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def metrics(expression: str) -> set[str]:
    """The gateway's metrics that an expression asks for: those that are recorded have colons."""
    without_strings = re.sub(r'"[^"]*"', "", expression)
    return set(re.findall(r"(?<![\w:])presign_\w+(?![\w:])", without_strings))
