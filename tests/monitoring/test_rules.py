"""The rules: well-formed, tested by promtool each, firing and not, and with a page to go to."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring import ALERTS, PROMETHEUS, ROOT, RULE_FILES

NAMES = sorted({alert["alert"] for alert in ALERTS})
CASES = sorted((PROMETHEUS / "tests").glob("*.yml"))
RUNBOOK = (ROOT / "docs/runbook.md").read_text()


def promtool(*arguments: str | Path) -> str:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def checks(alert: str) -> list[dict[str, Any]]:
    groups = [group for file in CASES for group in yaml.safe_load(file.read_text())["tests"]]
    return [check for group in groups for check in group["alert_rule_test"] if check["alertname"] == alert]


def test_the_configuration_and_the_rules_are_well_formed() -> None:
    promtool("check", "config", PROMETHEUS / "prometheus.yml")
    promtool("check", "rules", "--lint-fatal", *RULE_FILES)


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_the_rules_do_what_their_cases_say(file: Path) -> None:
    promtool("test", "rules", file)


@pytest.mark.parametrize("alert", NAMES)
def test_every_alert_has_a_case_where_it_fires_and_one_where_it_does_not(alert: str) -> None:
    fires = [bool(check.get("exp_alerts")) for check in checks(alert)]
    assert True in fires and False in fires, fires


def test_no_case_is_for_an_alert_that_is_not_there() -> None:
    groups = [group for file in CASES for group in yaml.safe_load(file.read_text())["tests"]]
    assert {check["alertname"] for group in groups for check in group["alert_rule_test"]} == set(NAMES)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: f"{alert['alert']}-{alert['labels']['severity']}")
def test_every_alert_says_what_happened_and_where_to_read_on(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert {"summary", "description", "runbook_url"} == set(alert["annotations"])
    page, anchor = alert["annotations"]["runbook_url"].split("#")
    assert page == "docs/runbook.md" and anchor == alert["alert"].lower()


def test_the_runbook_has_one_section_for_each_alert_and_no_other() -> None:
    assert sorted(re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)) == NAMES
    anchors = set(re.findall(r"\]\(#([\w-]+)\)", RUNBOOK))
    assert anchors <= {name.lower() for name in NAMES}
