"""The webserver of a ClearML server: nginx, set up as in its image as far as `webapp-conf` has to do with it.

The image's nginx serves the WebApp below `/` and the report widgets below `/widgets`, each with headers of its own,
falls back to `index.html` for every other path, compresses, and includes `default.d/*.conf` before all that.
"""

import datetime
import os
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from .process import Process, free_port

CONF = """
user root;
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    types {{ text/html html; text/javascript js; }}
    access_log off;
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    server {{
        listen 127.0.0.1:{http} default_server;
        listen 127.0.0.1:{https} ssl default_server;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        root {folder}/html;
        proxy_http_version 1.1;
        gzip on;
        gzip_proxied expired no-cache no-store private auth;
        gzip_types text/plain text/css application/json text/javascript image/svg+xml;
        include {folder}/default.d/*.conf;
        location / {{
            add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;
            add_header Content-Security-Policy "frame-ancestors 'self'";
            add_header X-XSS-Protection "1; mode=block";
            add_header X-Content-Type-Options "nosniff" always;
            add_header Referrer-Policy "no-referrer-when-downgrade";
            try_files $uri $uri/ /index.html;
        }}
        location /widgets {{
            alias {folder}/widgets;
            try_files $uri $uri/ /widgets/index.html;
            add_header Content-Security-Policy "frame-ancestors *";
        }}
    }}
}}
"""
#: Where the image has its pages.
IMAGE = "/usr/share/nginx/"


class Webserver:
    """Serves `index` and `widgets`, and `default_d` as `presign.conf`, on one port each for http and https."""

    def __init__(self, folder: Path, index: str, widgets: str, default_d: str) -> None:
        self.folder, self.port, self.tls_port = folder, free_port(), free_port()
        for name in ("html", "widgets", "default.d", "temp"):
            (folder / name).mkdir(parents=True)
        (folder / "html" / "index.html").write_text(index)
        (folder / "widgets" / "index.html").write_text(widgets)
        if default_d:
            (folder / "default.d" / "presign.conf").write_text(default_d.replace(IMAGE, f"{folder}/"))
        certificate(folder)
        conf = folder / "nginx.conf"
        conf.write_text(CONF.format(folder=folder, http=self.port, https=self.tls_port))
        self.process = Process(f"nginx-{self.port}", "nginx", "-p", folder, "-c", conf)
        self.process.wait_for_port(self.port)

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.process.stop()


def webapp_conf(*arguments: str) -> str:
    """What `presign-gateway webapp-conf` prints."""
    command = [os.environ["PRESIGN_GATEWAY"], "webapp-conf", "--base-path", "/presign", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app.clearml.test")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName("app.clearml.test")])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
