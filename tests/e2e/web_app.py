"""Stands in for the ClearML web app: another origin than the gateway and the stores."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebApp:
    """Serves one page. It is `localhost`, where the stores are `127.0.0.1`: another site, with cookies of its own."""

    def __init__(self) -> None:
        self.page = ""
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = f"<!doctype html><meta charset=utf-8><title>app</title>{app.page}".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
