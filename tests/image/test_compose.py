"""compose.yaml, as far as it can be held to something without an engine that runs it."""

import json
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from container import HARDENED, IMAGE, MODEST, podman

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


def mounted() -> list[tuple[str, str, str]]:
    """(service, path here, path there) of what is mounted from this folder."""
    volumes = [(name, *volume.split(":")) for name, service in SERVICES.items() for volume in service.get("volumes", [])]
    return [(name, here, there) for name, here, there, *_ in volumes if here.startswith("./")]


def test_it_is_a_compose_file() -> None:
    checker = Path(sysconfig.get_path("scripts")) / "check-jsonschema"
    command = [checker, "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("service", "here", "there"), mounted())
def test_what_it_mounts_is_there(service: str, here: str, there: str) -> None:
    path = ROOT / here
    assert path.exists(), f"{service} mounts {here}"
    assert path.is_file() == ("." in Path(there).name), f"{here} is mounted at {there}"


def test_nothing_listens_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports), ports
    assert len({port.split(":")[1] for port in ports}) == len(ports), "one port twice"


def test_the_gateway_accepts_the_configuration_that_is_mounted() -> None:
    """Checked by the program in the image, with the variables and the hardening that the service has."""
    gateway = SERVICES["gateway"]
    [(_, here, there)] = [mount for mount in mounted() if mount[0] == "gateway"]
    assert gateway["environment"]["PRESIGN_CONFIG"] == there
    variables = [word for name, value in gateway["environment"].items() for word in ("--env", f"{name}={value}")]
    with tempfile.NamedTemporaryFile(suffix=".yaml") as copy:
        copy.write((ROOT / here).read_bytes())
        copy.flush()
        Path(copy.name).chmod(0o644)
        command = ["run", "--rm", *HARDENED, *MODEST, *variables, "--volume", f"{copy.name}:{there}:ro"]
        said = podman(*command, IMAGE, "check")
    assert "is fine: backends 1, rules 1" in said and "warning" not in said, said


def test_prometheus_and_grafana_reach_what_they_are_configured_for() -> None:
    """Every host that is named is a service here, or is said not to be."""
    scraped = yaml.safe_load((ROOT / "monitoring/prometheus/prometheus.yml").read_text())["scrape_configs"]
    targets = {target for job in scraped for static in job.get("static_configs", []) for target in static["targets"]}
    aliases = {alias for service in SERVICES.values() for alias in names(service)}
    hosts = {target.rsplit(":", 1)[0] for target in targets}
    assert hosts & (set(SERVICES) | aliases), f"nothing here answers to {hosts}"
    folder = ROOT / "monitoring/grafana/provisioning"
    [source] = [
        source
        for file in (folder / "datasources").glob("*.yml")
        for source in yaml.safe_load(file.read_text())["datasources"]
    ]
    assert source["type"] == "prometheus" and source["url"] == "http://prometheus:9090", json.dumps(source)
    there = {mount[2] for mount in mounted() if mount[0] == "grafana"}
    for file in (folder / "dashboards").glob("*.yml"):
        for provider in yaml.safe_load(file.read_text())["providers"]:
            assert provider["options"]["path"] in there, provider


def names(service: dict[str, Any]) -> list[str]:
    networks = service.get("networks", {})
    return [alias for network in networks.values() if network for alias in network.get("aliases", [])] if isinstance(networks, dict) else []
