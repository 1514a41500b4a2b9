"""The chart, rendered."""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "clearml-presign-service"
HOME = Path(os.environ["CHART_HOME"])
HELMS = {version: HOME / version / "helm" for version in ("helm3", "helm4")}

Values = dict[str, Any]
Object = dict[str, Any]


def helm(version: str, *arguments: str | Path, values: Values | str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs Helm; values go in by standard input."""
    command = [str(HELMS[version]), *map(str, arguments)]
    text = values if isinstance(values, str) else yaml.safe_dump(values or {})
    if values is not None:
        command += ["--values", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)


def template(version: str, values: Values | str) -> subprocess.CompletedProcess[str]:
    return helm(version, "template", "clearml-presign-service", CHART, "--namespace", "clearml", values=values)


def render(version: str, values: Values | str) -> list[Object]:
    """All objects that an installation would make."""
    return yaml.safe_load(_rendered(version, values if isinstance(values, str) else yaml.safe_dump(values)))


@cache
def _rendered(version: str, values: str) -> str:
    done = template(version, values)
    assert done.returncode == 0, done.stderr
    return yaml.safe_dump([item for item in yaml.safe_load_all(done.stdout) if item])


def notes(version: str, values: Values | str) -> str:
    """What Helm prints after an installation. Helm 3 does so beside a cluster only, so there a template shows them."""
    if version == "helm4":
        command = ("install", "clearml-presign-service", CHART, "--namespace", "clearml", "--dry-run=client")
        done = helm(version, *command, values=values)
        assert done.returncode == 0, done.stderr
        return done.stdout.split("NOTES:\n", 1)[1]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / CHART.name
        shutil.copytree(CHART, copy)
        text = (copy / "templates/NOTES.txt").read_text()
        shown = '{{ define "notes" }}' + text + '{{ end }}\nnotes: {{ include "notes" . | toJson }}\n'
        (copy / "templates/notes.yaml").write_text(shown)
        command = ("template", "clearml-presign-service", copy, "--namespace", "clearml")
        done = helm(version, *command, "--show-only", "templates/notes.yaml", values=values)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)["notes"]


def only(objects: list[Object], kind: str, suffix: str = "") -> Object:
    """The one object of a kind; `suffix` is the end of its name."""
    found = [o for o in objects if o["kind"] == kind and o["metadata"]["name"].endswith(suffix)]
    if suffix == "" and len(found) > 1:
        found = [o for o in found if o["metadata"]["name"] == "clearml-presign-service"]
    assert len(found) == 1, (kind, suffix, [o["metadata"]["name"] for o in found])
    return found[0]


def pod(objects: list[Object]) -> Object:
    return only(objects, "Deployment")["spec"]["template"]


def container(objects: list[Object]) -> Object:
    [found] = pod(objects)["spec"]["containers"]
    return found


def environment(objects: list[Object]) -> dict[str, Any]:
    return {variable["name"]: variable for variable in container(objects)["env"]}


def config_text(objects: list[Object]) -> str:
    """The gateway's configuration, as it is mounted."""
    return only(objects, "ConfigMap")["data"]["presign-gateway.yaml"]


def config(objects: list[Object]) -> Any:
    return yaml.safe_load(config_text(objects))
