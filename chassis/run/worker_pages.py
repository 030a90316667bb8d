"""What a worker says of itself on an address of its own: it lives, it is ready, what it counts.

Its counters are those of its own process; no web process knows them.
"""

import threading
from collections.abc import Callable, Iterable
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from flask import Flask

PAGES = ("/livez", "/readyz", "/metrics")
_STOP_IS_SEEN_WITHIN = 1.0


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking the DNS for this machine's name, which may take long."""
        TCPServer.server_bind(self)
        host, port = self.server_address[:2]
        self.server_name, self.server_port = str(host), int(port)
        self.setup_environ()


class _Quiet(WSGIRequestHandler):
    timeout = 10  # for one that connects and says nothing

    def log_message(self, *_: Any) -> None:
        """Scrapes are no news."""


def serve(app: Flask, host: str, port: int) -> _Server:
    """Answer these pages of the app in a thread, until `shutdown()`. Raises `OSError`."""
    server = _Server((host, port), _Quiet)
    server.set_app(_only_pages(app))
    serving = threading.Thread(
        target=server.serve_forever, args=(_STOP_IS_SEEN_WITHIN,), name="pages", daemon=True
    )
    serving.start()
    return server


def _only_pages(app: Flask) -> Callable[..., Iterable[bytes]]:
    """A worker takes no request for anybody: the rest of its app is not answered."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PAGES:
            return app.wsgi_app(environ, start_response)
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]

    return answer
