"""Values that people install with."""

from typing import Any

#: The override file of the ClearML documentation (Enterprise, "Presign Service"), with its names and nothing else.
DOCUMENTED = """
imageCredentials:
  password: "<CLEARML_DOCKERHUB_TOKEN>"
clearml:
  apiServerUrlReference: "https://api.clearml.example"
  apiKey: "<CLEARML_API_KEY>"
  apiSecret: "<CLEARML_API_SECRET>"
ingress:
  enabled: true
  hostName: "presign.clearml.example"
"""

MINIO = {
    "type": "minio",
    "endpoint": "http://minio:9000",
    "public_endpoint": "https://minio.clearml.example",
    "region": "us-east-1",
    "credentials": {"source": "static", "access_key": {"env": "MINIO_KEY"}, "secret_key": {"env": "MINIO_SECRET"}},
}
MINIO_RULE = {"name": "minio", "match": {"glob": "s3://minio.clearml.example/**"}, "backend": "minio", "ttl": "1h"}

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

#: Each is a whole file of values.
MATRIX: dict[str, Any] = {
    "nothing": {},
    "documented": DOCUMENTED,
    "same-origin": {
        "clearml": {"existingSecret": "clearml-conf", "authCookieName": "clearml-token-k8s"},
        "ingress": {
            "enabled": True,
            "ingressClassName": "nginx",
            "hostName": "app.clearml.example",
            "path": "/presign",
            "tlsSecretName": "app-tls",
            "annotations": {"nginx.ingress.kubernetes.io/proxy-buffer-size": "16k"},
        },
    },
    "own-host": {
        "clearml": {"webServerUrlReference": "https://app.clearml.example/", "validation": "own_token"},
        "ingress": {"enabled": True, "hostName": "presign.clearml.example", "tlsSecretName": "presign-tls"},
    },
    "own-tls": {
        "tls": {"secretName": "presign-tls"},
        "service": {"type": "LoadBalancer", "port": 443},
        "publicUrl": "https://presign.clearml.example",
    },
    "minio": {
        "backends": {"minio": MINIO},
        "rules": [MINIO_RULE],
        "extraEnvs": [{"name": "MINIO_SECRET", "valueFrom": {"secretKeyRef": {"name": "minio", "key": "secret"}}}],
        "extraEnvsFrom": [{"secretRef": {"name": "minio-key"}}],
        "reload": "live",
        "customCertificates": {"extraCerts": [{"alias": "minio", "pem": CERTIFICATE}]},
    },
    "tuned": {
        "config": {
            "server": {"limits": {"max_body_bytes": 4194304, "max_connections": 20000}},
            "auth": {"clearml": {"cache_ttl": "30s"}},
            "signing": {"default_ttl": "2h"},
        },
        "logFormat": "text",
        "logLevel": "warn,presign_gateway=debug",
        "service": {"type": "NodePort", "nodePort": 30090, "annotations": {"a": "b"}},
    },
    "scaled": {
        "autoscaling": {
            "enabled": True,
            "maxReplicas": 20,
            "targetMemoryUtilizationPercentage": 80,
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}},
        },
        "podDisruptionBudget": {"minAvailable": "50%"},
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule"}
        ],
        "resources": {"requests": {"cpu": 1, "memory": "128Mi"}, "limits": {"memory": "128Mi"}},
    },
    "alone": {"replicaCount": 1, "podDisruptionBudget": {"enabled": False}, "topologySpreadConstraints": []},
    "fenced": {
        "networkPolicy": {
            "enabled": True,
            "ingressFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}],
            "adminFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
            "egress": [{"ports": [{"port": 443, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]}],
        }
    },
    "placed": {
        "nameOverride": "links",
        "fullnameOverride": "clearml-presign-service",
        "serviceAccountAnnotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/presign"},
        "podLabels": {"azure.workload.identity/use": "true"},
        "podAnnotations": {"team": "ml"},
        "deploymentAnnotations": {"team": "ml"},
        "nodeSelector": {"kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "ml", "operator": "Exists", "effect": "NoSchedule"}],
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "pool", "operator": "In", "values": ["ml"]}]}]}}},
        "priorityClassName": "system-cluster-critical",
        "additionalVolumes": [{"name": "google", "secret": {"secretName": "google"}}],
        "additionalVolumeMounts": [{"name": "google", "mountPath": "/secrets", "readOnly": True}],
    },
    "private-image": {
        "global": {"imageRegistry": "registry.example:5000/"},
        "imageCredentials": {"enabled": True, "registry": "registry.example:5000", "username": "u", "password": 'p"w'},
        "image": {"repository": "clearml/presign-gateway", "tag": "0.1.0-rc.1", "pullPolicy": "Always"},
        "serviceAccountName": "clearml",
        "customCertificates": {"overrideCaCertificatesCrt": CERTIFICATE},
    },
    "watched": {
        "metrics": {
            "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}, "scrapeTimeout": "10s"},
            "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
            "dashboards": {"enabled": True, "annotations": {"grafana_folder": "ClearML"}},
        }
    },
}

#: Values that are refused → what the refusal says.
REFUSED: dict[str, tuple[Any, str]] = {
    "a value that does not exist": ({"replicas": 3}, "replicas"),
    "a wrong place": ({"ingress": {"hostname": "presign.example"}}, "hostname"),
    "a number as text": ({"replicaCount": "three"}, "replicaCount"),
    "no URL": ({"clearml": {"apiServerUrlReference": "api.clearml.example"}}, "apiServerUrlReference"),
    "a path that is none": ({"ingress": {"path": "presign"}}, "path"),
    "an unknown kind of service": ({"service": {"type": "Ingress"}}, "type"),
    "a rule without a name": ({"rules": [{"match": {"glob": "s3://**"}}]}, "name"),
    "a backend without a type": ({"backends": {"minio": {}}, "rules": [MINIO_RULE]}, "type"),
    "backends without rules": ({"backends": {"minio": MINIO}}, "give some, since you give backends"),
    "a key without its secret": ({"clearml": {"apiKey": "key"}}, "clearml.apiSecret"),
    "a pull secret for nowhere": ({"imageCredentials": {"enabled": True}}, "imageCredentials.registry"),
    "a certificate that is none": ({"customCertificates": {"extraCerts": [{"alias": "a", "pem": "x"}]}}, "pem"),
}
