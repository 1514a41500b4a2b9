"""The dashboards, as files: Grafana's schema, and what its linter would ask for."""

import json
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from monitoring import DASHBOARDS, GRAFANA, generator, panels

each = pytest.mark.parametrize("name", DASHBOARDS)


def lost(written: Any, read: Any, place: str = "") -> list[str]:
    """Where what was read differs from what was written."""
    if isinstance(written, dict):
        here = [place + "." + key for key in written if key not in read]
        return here + [text for key in written if key in read for text in lost(written[key], read[key], f"{place}.{key}")]
    if isinstance(written, list):
        pairs = enumerate(zip(written, read, strict=True))
        return [text for index, (left, right) in pairs for text in lost(left, right, f"{place}[{index}]")]
    return [] if written == read else [f"{place}: {written!r} became {read!r}"]


@each
def test_grafana_s_schema_has_every_field_of_it(name: str) -> None:
    read = Dashboard.from_json(DASHBOARDS[name])
    assert lost(DASHBOARDS[name], json.loads(JSONEncoder(sort_keys=True).encode(read))) == []


def test_they_are_what_the_script_writes() -> None:
    module = generator()
    written = {name: module.text(content) for name, content in module.dashboards().items()}
    files = {file.name: file.read_text() for file in (GRAFANA / "dashboards").glob("*.json")}
    assert files == written, "write them anew: monitoring/grafana/generate"


@each
def test_the_data_source_and_every_label_can_be_chosen(name: str) -> None:
    variables = DASHBOARDS[name]["templating"]["list"]
    assert variables[0] == {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}
    assert [variable["name"] for variable in variables[1:]] == ["namespace"] + {"overview.json": []}.get(name, [name[:-5]])
    assert all(variable["includeAll"] and variable["multi"] for variable in variables[1:])
    sources = [panel["datasource"]["uid"] for panel in panels(DASHBOARDS[name])]
    targets = [target["datasource"]["uid"] for panel in panels(DASHBOARDS[name]) for target in panel["targets"]]
    assert set(sources + targets) == {"${datasource}"}


@each
def test_every_panel_has_a_title_of_its_own_a_unit_and_says_what_it_tells(name: str) -> None:
    rows: dict[str, list[str]] = {}
    for panel in DASHBOARDS[name]["panels"]:
        if panel["type"] == "row":
            rows[panel["title"]] = titles = []
            continue
        titles.append(panel["title"])
        assert panel["description"] and panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        legends = [target["legendFormat"] for target in panel["targets"]]
        assert len(set(legends)) == len(legends), panel["title"]
    assert all(titles and len(set(titles)) == len(titles) for titles in rows.values()), rows


@each
def test_no_panel_lies_on_another(name: str) -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARDS[name]["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} on {taken[x, y]}"
                taken[x, y] = panel["title"]


@each
def test_rates_follow_the_resolution_of_the_graph(name: str) -> None:
    for panel in panels(DASHBOARDS[name]):
        for target in panel["targets"]:
            assert "rate(" not in target["expr"] or "[$__rate_interval]" in target["expr"], target["expr"]


def test_every_dashboard_has_an_id_of_its_own() -> None:
    ids = [dashboard["uid"] for dashboard in DASHBOARDS.values()]
    assert len(set(ids)) == len(ids)
    for dashboard in DASHBOARDS.values():
        numbers = [panel["id"] for panel in dashboard["panels"]]
        assert len(set(numbers)) == len(numbers)
