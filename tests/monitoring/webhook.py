"""Whom Alertmanager tells."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Webhook:
    def __init__(self) -> None:
        #: (name of the alert, `firing` or `resolved`), in the order of their arrival.
        self.told: list[tuple[str, str]] = []
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                webhook.told += [(alert["labels"]["alertname"], alert["status"]) for alert in message["alerts"]]
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def last(self, alert: str) -> str | None:
        """What was told last of an alert."""
        return next((status for name, status in reversed(self.told) if name == alert), None)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
