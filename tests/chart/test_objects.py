"""What the values do."""

import base64
import json
import re
from typing import Any

import pytest
import yaml

from chart import HELMS, ROOT, config, container, environment, notes, only, pod, render
from matrix import DOCUMENTED, MATRIX, MINIO, MINIO_RULE


def rendered(name: str) -> list[dict[str, Any]]:
    return render("helm4", MATRIX[name])


@pytest.mark.parametrize("version", HELMS)
def test_the_override_file_of_the_clearml_documentation_installs_unchanged(version: str) -> None:
    objects = render(version, DOCUMENTED)
    clearml = config(objects)["auth"]["clearml"]
    assert clearml["api_server"] == "https://api.clearml.example"
    secret = only(objects, "Secret", "-clearml")
    assert secret["stringData"] == {"presign_key": "<CLEARML_API_KEY>", "presign_secret": "<CLEARML_API_SECRET>"}
    key = environment(objects)["CLEARML_API_ACCESS_KEY"]["valueFrom"]["secretKeyRef"]
    assert key == {"name": secret["metadata"]["name"], "key": "presign_key"}
    [rule] = only(objects, "Ingress")["spec"]["rules"]
    assert rule["host"] == "presign.clearml.example"
    assert "imagePullSecrets" not in pod(objects)["spec"], "the documented password is for another image"


def test_secrets_are_in_secrets_only() -> None:
    for item in render("helm4", DOCUMENTED):
        if item["kind"] != "Secret":
            assert "<CLEARML_API" not in json.dumps(item), item["kind"]


def test_without_backends_and_rules_s3_is_signed_with_the_default_credentials() -> None:
    said = config(rendered("nothing"))
    assert said["backends"] == {"s3": {"type": "s3", "region": "us-east-1", "credentials": {"source": "default"}}}
    assert said["rules"] == [{"name": "s3", "match": {"glob": "s3://**"}, "backend": "s3"}]
    other = config(render("helm4", {"defaultRegion": "eu-west-1", "defaultCredentials": {"source": "profile"}}))
    assert other["backends"]["s3"] == {"type": "s3", "region": "eu-west-1", "credentials": {"source": "profile"}}


def test_given_backends_replace_the_default_one() -> None:
    said = config(rendered("minio"))
    assert said["backends"] == {"minio": MINIO} and said["rules"] == [MINIO_RULE]


def test_on_the_webapps_host_the_gateway_has_a_path_and_knows_the_webapp() -> None:
    objects = rendered("same-origin")
    server = config(objects)["server"]
    assert server["base_path"] == "/presign"
    assert server["public_url"] == "https://app.clearml.example/presign"
    assert server["cors_origins"] == ["https://app.clearml.example"]
    assert server["login_url"] == "https://app.clearml.example/login"
    ingress = only(objects, "Ingress")["spec"]
    [path] = ingress["rules"][0]["http"]["paths"]
    assert (path["path"], path["pathType"]) == ("/presign", "Prefix")
    assert ingress["tls"] == [{"hosts": ["app.clearml.example"], "secretName": "app-tls"}]
    assert config(objects)["auth"]["clearml"]["cookie_names"] == ["clearml-token-k8s"]
    assert environment(objects)["CLEARML_API_SECRET_KEY"]["valueFrom"]["secretKeyRef"]["name"] == "clearml-conf"


def test_on_a_host_of_its_own_the_webapp_is_allowed_by_cors() -> None:
    server = config(rendered("own-host"))["server"]
    assert "base_path" not in server
    assert server["public_url"] == "https://presign.clearml.example"
    assert server["cors_origins"] == ["https://app.clearml.example"]
    assert server["login_url"] == "https://app.clearml.example/login"


def test_the_gateways_own_tls_is_mounted_and_named() -> None:
    objects = rendered("own-tls")
    assert config(objects)["server"]["tls"]["cert"] == "/etc/presign-gateway-tls/tls.crt"
    assert {"name": "tls", "secret": {"secretName": "presign-tls"}} in pod(objects)["spec"]["volumes"]
    assert only(objects, "Service")["spec"]["ports"][0]["name"] == "https"


def test_further_configuration_stands_over_what_is_derived() -> None:
    said = config(rendered("tuned"))
    assert said["server"]["limits"] == {"drain_delay": "5s", "max_body_bytes": 4194304, "max_connections": 20000}
    assert said["auth"]["clearml"]["cache_ttl"] == "30s" and said["auth"]["clearml"]["validation"] == "auto"
    assert said["signing"] == {"default_ttl": "2h"}


def checksum(values: dict[str, Any]) -> str | None:
    return pod(render("helm4", values))["metadata"]["annotations"].get("checksum/config")


def test_a_changed_configuration_restarts_pods_unless_the_gateway_reloads_it() -> None:
    changed = {"config": {"signing": {"default_ttl": "3h"}}}
    assert checksum({}) and checksum({}) != checksum(changed)
    assert checksum({"reload": "live"}) is None


def test_the_configuration_is_mounted_as_a_folder() -> None:
    """A file that is mounted by itself does not change with its config map."""
    [mount] = container(rendered("nothing"))["volumeMounts"]
    assert mount == {"name": "config", "mountPath": "/etc/presign-gateway", "readOnly": True}
    assert environment(rendered("nothing"))["PRESIGN_CONFIG"]["value"].startswith(mount["mountPath"] + "/")


@pytest.mark.parametrize("name", MATRIX)
def test_pods_have_no_rights_that_they_do_not_need(name: str) -> None:
    objects = rendered(name)
    pods = [pod(objects)["spec"], only(objects, "Pod", "-test")["spec"]]
    for spec in pods:
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for each in spec["containers"]:
            context = each["securityContext"]
            assert context["readOnlyRootFilesystem"] is True and context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in each["resources"]["limits"]


def test_a_pod_has_time_to_end() -> None:
    objects = rendered("nothing")
    delay = int(config(objects)["server"]["limits"]["drain_delay"].removesuffix("s"))
    assert delay > 0 and pod(objects)["spec"]["terminationGracePeriodSeconds"] >= delay + 20
    readiness = container(objects)["readinessProbe"]
    assert readiness["periodSeconds"] * readiness["failureThreshold"] <= delay, "not ready before it stops listening"
    assert only(objects, "Deployment")["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_an_autoscaler_chooses_the_number_of_pods() -> None:
    objects = rendered("scaled")
    assert "replicas" not in only(objects, "Deployment")["spec"]
    scaler = only(objects, "HorizontalPodAutoscaler")["spec"]
    assert [metric["resource"]["name"] for metric in scaler["metrics"]] == ["cpu", "memory"]
    assert only(objects, "PodDisruptionBudget")["spec"]["minAvailable"] == "50%"
    [constraint] = pod(objects)["spec"]["topologySpreadConstraints"]
    assert constraint["topologyKey"] == "topology.kubernetes.io/zone"
    assert constraint["labelSelector"]["matchLabels"].items() <= pod(objects)["metadata"]["labels"].items()


def test_selectors_find_the_pods_and_not_the_test() -> None:
    objects = rendered("fenced")
    labels, test = pod(objects)["metadata"]["labels"], only(objects, "Pod", "-test")["metadata"]["labels"]
    selectors = [
        only(objects, "Deployment")["spec"]["selector"]["matchLabels"],
        only(objects, "Service", "-admin")["spec"]["selector"],
        only(objects, "Service")["spec"]["selector"],
        only(objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        only(objects, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ]
    for selector in selectors:
        assert selector.items() <= labels.items() and not selector.items() <= test.items()


def test_a_network_policy_keeps_the_admin_listener_for_operators() -> None:
    objects = rendered("fenced")
    spec = only(objects, "NetworkPolicy")["spec"]
    public, test, admin = spec["ingress"]
    assert public["ports"] == [{"port": "public"}] and "ingress-nginx" in json.dumps(public["from"])
    assert test["from"][0]["podSelector"]["matchLabels"].items() <= only(objects, "Pod", "-test")["metadata"]["labels"].items()
    assert admin["ports"] == [{"port": "admin"}] and "monitoring" in json.dumps(admin["from"])
    assert spec["policyTypes"] == ["Ingress", "Egress"] and spec["egress"]
    open_policy = only(render("helm4", {"networkPolicy": {"enabled": True}}), "NetworkPolicy")["spec"]
    assert open_policy["policyTypes"] == ["Ingress"] and "from" not in open_policy["ingress"][0]


def test_identities_of_clouds_are_annotations_and_labels() -> None:
    objects = rendered("placed")
    account = only(objects, "ServiceAccount")
    assert account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].startswith("arn:aws:iam::")
    assert pod(objects)["spec"]["serviceAccountName"] == account["metadata"]["name"]
    assert pod(objects)["metadata"]["labels"]["azure.workload.identity/use"] == "true"


def test_an_account_that_exists_is_not_made() -> None:
    objects = rendered("private-image")
    assert not [item for item in objects if item["kind"] == "ServiceAccount"]
    assert pod(objects)["spec"]["serviceAccountName"] == "clearml"


def test_a_private_image_is_pulled_with_a_secret() -> None:
    objects = rendered("private-image")
    secret = only(objects, "Secret", "-registry")
    login = json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))["auths"]["registry.example:5000"]
    assert (login["username"], login["password"]) == ("u", 'p"w')
    assert base64.b64decode(login["auth"]) == b'u:p"w'
    assert pod(objects)["spec"]["imagePullSecrets"] == [{"name": secret["metadata"]["name"]}]
    assert container(objects)["image"] == "registry.example:5000/clearml/presign-gateway:0.1.0-rc.1"


def test_authorities_are_trusted_beside_the_usual_ones_or_instead() -> None:
    beside, instead = environment(rendered("minio")), environment(rendered("private-image"))
    assert beside["SSL_CERT_FILE"]["value"] == "/etc/ssl/certs/ca-certificates.crt"
    assert beside["SSL_CERT_DIR"]["value"] == "/etc/presign-gateway-certificates"
    assert instead["SSL_CERT_FILE"]["value"] == "/etc/presign-gateway-certificates/ca-certificates.crt"
    assert list(only(rendered("minio"), "ConfigMap", "-certificates")["data"]) == ["minio.pem"]


def test_prometheus_finds_the_admin_service_by_its_labels() -> None:
    objects = rendered("watched")
    monitor = only(objects, "ServiceMonitor")
    service = only(objects, "Service", "-admin")
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert not monitor["spec"]["selector"]["matchLabels"].items() <= only(objects, "Service")["metadata"]["labels"].items()
    [endpoint] = monitor["spec"]["endpoints"]
    assert endpoint["port"] in [port["name"] for port in service["spec"]["ports"]]
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    jobs = [each.get("replacement") for each in endpoint["relabelings"] if each.get("targetLabel") == "job"]
    scraped = yaml.safe_load((ROOT / "monitoring/prometheus/prometheus.yml").read_text())["scrape_configs"]
    assert jobs[0] in [job["job_name"] for job in scraped], "rules and dashboards know one job name"


def test_rules_and_dashboards_are_those_of_the_monitoring_folder() -> None:
    objects = rendered("watched")
    files = sorted((ROOT / "monitoring/prometheus/rules").glob("*.yml"))
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    assert groups and only(objects, "PrometheusRule")["spec"]["groups"] == groups
    maps = [item for item in objects if item["metadata"]["labels"].get("grafana_dashboard") == "1"]
    held = {name: json.loads(text) for item in maps for name, text in item["data"].items()}
    dashboards = (ROOT / "monitoring/grafana/dashboards").glob("*.json")
    assert held == {file.name: json.loads(file.read_text()) for file in dashboards}


def test_alerts_link_to_the_operators_own_runbook() -> None:
    where = "https://git.example/runbook.md"
    objects = render("helm4", {"metrics": {"prometheusRule": {"enabled": True, "runbookUrl": where}}})
    rules = [rule for group in only(objects, "PrometheusRule")["spec"]["groups"] for rule in group["rules"]]
    links = [rule["annotations"]["runbook_url"] for rule in rules if "alert" in rule]
    assert links and all(link.startswith(f"{where}#presign") for link in links), links


def test_the_chart_test_asks_what_the_services_serve() -> None:
    objects = rendered("same-origin")
    asked = {each["name"]: each["args"] for each in only(objects, "Pod", "-test")["spec"]["containers"]}
    assert asked["ready"] == ["health", "--url", "http://clearml-presign-service-admin:9090/readyz"]
    assert asked["public"] == ["health", "--url", "http://clearml-presign-service.clearml.svc:8080/presign/"]
    assert only(objects, "Pod", "-test")["metadata"]["annotations"]["helm.sh/hook"] == "test"


@pytest.mark.parametrize("version", HELMS)
def test_the_notes_name_the_variable_of_the_apiserver(version: str) -> None:
    said = notes(version, MATRIX["same-origin"])
    block = re.search(r"^apiserver:\n(?:  .*\n)+", said, re.MULTILINE)
    assert block, said
    [variable] = yaml.safe_load(block.group())["apiserver"]["extraEnvs"]
    assert variable["name"] == "CLEARML__SERVICES__SYSTEM__COMPANY__DEFAULT__SERVICES"
    [service] = json.loads(variable["value"])
    assert service["type"] == "presign" and service["url"] == "https://app.clearml.example/presign"
    assert [match["rules"][0]["regex"] for match in service["match_sets"]] == ["^s3://"]


def test_the_notes_warn_of_what_is_missing() -> None:
    assert "inside the cluster only" in notes("helm4", {})
    assert "every\nClearML user may open" in notes("helm4", {})
    assert "publicUrl" in notes("helm4", DOCUMENTED)
    assert "publicUrl" not in notes("helm4", MATRIX["same-origin"])
