"""What every set of values has to bear."""

import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml

from chart import CHART, HELMS, HOME, ROOT, Object, config_text, helm, render, template
from matrix import MATRIX, REFUSED
from values_table import documented, leaves, table

#: Kubernetes versions that the objects are held to: the oldest and the newest that the validator knows of those the
#: chart is for.
KUBERNETES = ("1.25", "1.35")
SCHEMAS = Path(__file__).parent / "schemas"
BIN = HOME / "venv" / "bin"

helms = pytest.mark.parametrize("version", HELMS)
values = pytest.mark.parametrize("values", MATRIX.values(), ids=MATRIX)


def run(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def custom(item: Object) -> bool:
    return item["apiVersion"].startswith("monitoring.coreos.com/")


@helms
@values
def test_the_chart_is_clean(version: str, values: object) -> None:
    done = helm(version, "lint", "--strict", CHART, values=values)
    assert done.returncode == 0, done.stdout + done.stderr


@helms
@values
def test_objects_are_what_kubernetes_takes(version: str, values: object, tmp_path: Path) -> None:
    objects = render(version, values)
    plain, own = tmp_path / "objects.yaml", [item for item in objects if custom(item)]
    plain.write_text(yaml.safe_dump_all([item for item in objects if not custom(item)]))
    for kubernetes in KUBERNETES:
        run(BIN / "kubernetes-validate", "--strict", "-k", kubernetes, plain)
    for item in own:
        file = tmp_path / f"{item['kind']}.yaml"
        file.write_text(yaml.safe_dump(item))
        run(BIN / "check-jsonschema", "--schemafile", SCHEMAS / f"{item['kind'].lower()}.json", file)


@helms
@values
def test_names_are_unique_and_labels_are_kubernetes_own(version: str, values: object) -> None:
    objects = render(version, values)
    names = [(item["kind"], item["metadata"]["name"]) for item in objects]
    assert len(set(names)) == len(names), names
    for item in objects:
        labels = item["metadata"]["labels"]
        assert labels["app.kubernetes.io/instance"] == "clearml-presign-service", item
        assert len(item["metadata"]["name"]) <= 63


@helms
def test_a_long_release_name_is_cut(version: str) -> None:
    watched = MATRIX["watched"]
    done = helm(version, "template", "r" * 53, CHART, values=watched)
    assert done.returncode == 0, done.stderr
    names = [(o["kind"], o["metadata"]["name"]) for o in yaml.safe_load_all(done.stdout) if o]
    assert all(len(name) <= 63 and not name.endswith("-") for _, name in names), names
    assert len(set(names)) == len(names), names


@values
def test_both_helms_render_the_same(values: object) -> None:
    three, four = (render(version, values) for version in HELMS)
    assert three == four


@values
def test_the_gateway_accepts_its_configuration(values: object, gateway_check, tmp_path: Path) -> None:
    objects = render("helm4", values)
    said = gateway_check(config_text(objects), tmp_path)
    assert "is fine" in said, said


@helms
@pytest.mark.parametrize(("values", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused(version: str, values: object, says: str) -> None:
    done = template(version, values)
    assert done.returncode != 0, done.stdout
    assert says in done.stderr, done.stderr


@helms
def test_the_package_is_complete(version: str, tmp_path: Path) -> None:
    done = helm(version, "package", CHART, "--destination", tmp_path)
    assert done.returncode == 0, done.stderr
    [package] = tmp_path.glob("*.tgz")
    with tarfile.open(package) as files:
        packed = {Path(name).relative_to(CHART.name).as_posix() for name in files.getnames()}
        assert all(member.isfile() for member in files.getmembers()), "Helm refuses links in packages"
    rules = {f"files/rules/{file.name}" for file in (ROOT / "monitoring/prometheus/rules").glob("*.yml")}
    dashboards = {f"files/dashboards/{file.name}" for file in (ROOT / "monitoring/grafana/dashboards").glob("*.json")}
    assert rules and dashboards
    assert packed >= rules | dashboards | {"Chart.yaml", "values.schema.json", "templates/NOTES.txt", "README.md"}
    done = helm(version, "template", "clearml-presign-service", package, values=MATRIX["watched"])
    assert done.returncode == 0 and "kind: PrometheusRule" in done.stdout, done.stderr


def test_every_value_is_documented() -> None:
    text = (CHART / "values.yaml").read_text()
    named = [path for path, _ in documented(text)]
    missing = [
        leaf for leaf in leaves(yaml.safe_load(text)) if not any(f"{leaf}.".startswith(f"{name}.") for name in named)
    ]
    assert not missing, missing
    assert table() in (CHART / "README.md").read_text(), "write it anew: python3 tests/chart/values_table.py"
