"""Load balancers in front of several gateways, as Debian packs them."""

from collections.abc import Sequence
from pathlib import Path

from servers.process import Process, free_port


class Balancer:
    """A load balancer on loopback; `gateways` are (public, admin) ports."""

    def __init__(self, name: str, folder: Path, gateways: Sequence[tuple[int, int]]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        file = folder / f"{name}.conf"
        if name == "nginx":
            file.write_text(nginx(folder, self.port, gateways))
            self._process = Process(name, "/usr/sbin/nginx", "-p", folder, "-c", file)
        else:
            file.write_text(haproxy(self.port, gateways))
            self._process = Process(name, "/usr/sbin/haproxy", "-db", "-f", file)
        self._process.wait_for_port(self.port)

    def stop(self) -> None:
        self._process.stop()


def nginx(folder: Path, port: int, gateways: Sequence[tuple[int, int]]) -> str:
    """It has no health checks: a gateway that does not take a connection is passed over."""
    servers = "\n".join(f"server 127.0.0.1:{public} max_fails=1 fail_timeout=1s;" for public, _ in gateways)
    folders = "\n".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""
daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 512; }}
http {{
  access_log off;
  {folders}
  upstream gateways {{
    {servers}
    keepalive 16;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://gateways;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
    }}
  }}
}}
"""


def haproxy(port: int, gateways: Sequence[tuple[int, int]]) -> str:
    """It asks each gateway whether it is ready, and retries nothing that it has sent."""
    servers = "\n".join(
        f"  server gateway{number} 127.0.0.1:{public} check port {admin} inter 200ms fall 1 rise 1"
        for number, (public, admin) in enumerate(gateways)
    )
    return f"""
global
  maxconn 512
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout check 1s
frontend public
  bind 127.0.0.1:{port}
  default_backend gateways
backend gateways
  balance roundrobin
  option redispatch
  retry-on conn-failure
  option httpchk
  http-check send meth GET uri /readyz
  http-check expect status 200
{servers}
"""
