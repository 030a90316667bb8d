"""The whole embedded system in one process, for journeys."""

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from flask import Flask
from werkzeug.test import Client

from chassis import embedded, worker
from chassis.embedded import Embedded
from chassis.worker import Worker
from ops.composition import compose


@dataclass
class Account:
    """A demo account as the credentials file tells it."""

    key: str
    nip: str
    name: str
    password: str
    totp_secret: str | None


@dataclass
class System:
    """A running system. `drain()` works all queues off; nothing runs in the background."""

    built: Embedded
    edge: Any
    data_dir: Path
    public_url: str
    _server: Any = field(default=None)
    _worker: Worker | None = field(default=None)

    @property
    def apps(self) -> dict[str, Flask]:
        return dict(self.built.apps)

    def client(self) -> Client:
        """Return a client of the edge."""
        return Client(self.edge)

    def drain(self) -> None:
        worker.drain(*self.built.apps.values())

    def account(self, key: str) -> Account:
        """Return a demo account by its key, for example "umpeg"."""
        told = json.loads((self.data_dir / "demo-credentials.json").read_text("utf-8"))
        one = next(account for account in told["accounts"] if account["key"] == key)
        return Account(key, one["nip"], one["name"], one["password"], one["totp_secret"])

    def close(self) -> None:
        if self._worker is not None:
            self._worker.stop()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self.built.close()


def demo_system(folder: Path, *, public_url: str = "http://simpul.test", **extra: str) -> System:
    """Build everything in a folder with the demo region; call `drain()` to move events."""
    built = embedded.build(
        folder,
        public_url=public_url,
        demo=True,
        extra={"RETRY_SCHEDULE": "0,0,0", "PASSWORD_MEMORY_KIB": "1024", **extra},
    )
    edge = compose(built)
    system = System(built, edge, folder, public_url)
    system.drain()
    return system


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


class _Threading(WSGIServer):
    daemon_threads = True

    def process_request(self, request: Any, client_address: Any) -> None:
        threading.Thread(target=self._one, args=(request, client_address), daemon=True).start()

    def _one(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)


def served_system(folder: Path, **extra: str) -> System:
    """Like `demo_system`, but on a free port with its background loops running."""
    holder: dict[str, Any] = {}
    server = make_server(
        "127.0.0.1",
        0,
        lambda environ, start: holder["edge"](environ, start),  # noqa: PLW0108 - set below
        server_class=_Threading,
        handler_class=_Quiet,
    )
    system = demo_system(folder, public_url=f"http://127.0.0.1:{server.server_port}", **extra)
    holder["edge"] = system.edge
    threading.Thread(target=server.serve_forever, daemon=True).start()
    system._server = server
    system._worker = system.built.worker()
    system._worker.start()
    return system
