"""A gateway under mixed traffic: every panel shows something, and alerts come and go with what they are for."""

from collections.abc import Callable
from typing import Any

import pytest

from monitoring import ALERTS, DASHBOARDS, RECORDED, RULES, metrics, panels
from observers import poll
from world import World

#: The alerts that are made to fire.
TRIED = {"PresignGatewayDown", "PresignApiserverUnreachable", "PresignSigningUnavailable", "PresignConfigurationRefused"}


def values(world: World, query: str) -> list[str]:
    """What Grafana offers for a variable: `label_values(series, label)`."""
    series, label = query.removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)
    return world.prometheus.ask(f"label/{label}/values", **{"match[]": series.replace("$namespace", ".*")})


def queries(world: World, dashboard: dict[str, Any], chosen: Callable[[list[str]], str]) -> dict[str, str]:
    """What Grafana asks when values of the variables are chosen: the panel, by the query."""
    variables = {"__rate_interval": "10s", "__range": "1m", "namespace": ".*"}
    for variable in dashboard["templating"]["list"][2:]:
        poll(lambda: values(world, variable["query"]["query"]), f"values of ${variable['name']}")
        variables[variable["name"]] = chosen(values(world, variable["query"]["query"]))
    asked = {}
    for panel in panels(dashboard):
        for target in panel["targets"]:
            expression = target["expr"]
            for name, value in variables.items():
                expression = expression.replace(f"${name}", value)
            assert "$" not in expression, expression
            asked[expression] = panel["title"]
    return asked


def chosen_together(names: list[str]) -> str:
    """As Grafana writes several values that are chosen."""
    return f"({'|'.join(names)})"


@pytest.mark.parametrize("name", DASHBOARDS)
def test_no_panel_is_empty(world: World, name: str) -> None:
    def none_is_left() -> bool:
        for query in [query for query in left if world.prometheus.query(query)]:
            del left[query]
        return not left

    # Once with the values of the first moments, which may be few, then with all that have come since.
    queries(world, DASHBOARDS[name], chosen_together)
    left = queries(world, DASHBOARDS[name], lambda _: ".*")
    poll(none_is_left, lambda: f"these panels show something: {left}", 60)
    left = queries(world, DASHBOARDS[name], chosen_together)
    poll(none_is_left, lambda: f"these panels show something: {left}", 10)


def test_every_variable_has_the_values_of_the_configuration(world: World) -> None:
    def offered(dashboard: str) -> set[str]:
        return set(values(world, DASHBOARDS[dashboard]["templating"]["list"][2]["query"]["query"]))

    backends = {*world.settings["backends"], "none"}
    rules = {*(rule["name"] for rule in world.settings["rules"]), "none"}
    poll(lambda: offered("backend.json") == backends, lambda: f"{backends} are offered: {offered('backend.json')}")
    poll(lambda: offered("rule.json") == rules, lambda: f"{rules} are offered: {offered('rule.json')}")


def test_rules_and_dashboards_ask_for_metrics_that_there_are(world: World) -> None:
    targets = [target["expr"] for board in DASHBOARDS.values() for panel in panels(board) for target in panel["targets"]]
    asked = {name for expression in [*targets, *(rule["expr"] for rule in RULES)] for name in metrics(expression)}

    def missing() -> set[str]:
        exposed = world.exposed()
        return asked - exposed - {name + suffix for name in exposed for suffix in ("_bucket", "_count", "_sum")}

    poll(lambda: not missing(), lambda: f"there are {missing()}")
    poll(lambda: all(world.prometheus.query(name) for name in RECORDED), "all that is recorded has values", 60)
    # Each kind of traffic arrives where it is to, and nothing else fails.
    failed = 'rate(presign_requests_total{backend!="none", outcome!~"signed|unauthenticated"}[10s]) > 0'
    assert not world.prometheus.query(failed)


def test_every_rule_is_evaluated(world: World) -> None:
    groups = world.prometheus.ask("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) == len(RULES) and len(ALERTS) == sum(rule["type"] == "alerting" for rule in rules)

    def healthy() -> bool:
        groups = world.prometheus.ask("rules")["groups"]
        return all(rule["health"] == "ok" for group in groups for rule in group["rules"])

    poll(healthy, "every rule is evaluated without an error")


def refuse_the_configuration(world: World) -> None:
    world.configure(world.settings | {"rules": [{"name": "broken", "match": {"bucket": "b"}, "backend": "nowhere"}]})


def limit_the_rate(world: World) -> None:
    world.cloud.limits_the_rate = True


def end_the_limit(world: World) -> None:
    world.cloud.limits_the_rate = False


def test_alerts_arrive_when_something_breaks_and_resolve_when_it_is_mended(world: World) -> None:
    def told(alerts: set[str], status: str) -> bool:
        return all(world.webhook.last(alert) == status for alert in alerts)

    poll(lambda: world.prometheus.query("backend:presign_requests_failed:ratio_rate5m"), "traffic", 60)
    assert not TRIED & world.prometheus.firing()

    at_once = TRIED - {"PresignGatewayDown"}
    for break_it in (refuse_the_configuration, limit_the_rate, World.stop_apiserver):
        break_it(world)
    poll(lambda: told(at_once, "firing"), lambda: f"{at_once} arrive; there is {world.webhook.told}", 60)
    for mend_it in (World.start_apiserver, end_the_limit, lambda world: world.configure(world.settings)):
        mend_it(world)
    poll(lambda: told(at_once, "resolved"), lambda: f"{at_once} resolve; there is {world.webhook.told}", 90)

    world.gateway.stop()
    poll(lambda: told({"PresignGatewayDown"}, "firing"), "the gateway is down", 30)
    world.start_gateway()
    poll(lambda: told({"PresignGatewayDown"}, "resolved"), "the gateway is up again", 30)
