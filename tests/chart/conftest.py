import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

#: What the configurations of matrix.py refer to.
SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "CLEARML_API_ACCESS_KEY": "key",
    "CLEARML_API_SECRET_KEY": "secret",
    "MINIO_KEY": "key",
    "MINIO_SECRET": "secret",
}


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a mounted TLS secret."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=presign.clearml.example", "-keyout", "tls.key", "-out", "tls.crt"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def gateway_check(certificate: Path) -> Callable[[str, Path], str]:
    """What `presign-gateway check` says of a configuration, with made-up secrets."""

    def check(text: str, folder: Path) -> str:
        file = folder / "presign-gateway.yaml"
        file.write_text(text.replace("/etc/presign-gateway-tls", str(certificate)))
        command = [os.environ["PRESIGN_GATEWAY"], "check", "--config", str(file)]
        done = subprocess.run(command, env=SECRETS, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return check
