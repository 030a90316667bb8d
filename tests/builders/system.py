"""The whole embedded system in one process, for journeys."""

import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import time_machine
from flask import Flask
from urllib3 import HTTPHeaderDict
from werkzeug.test import Client

from chassis.process.config import key
from chassis.process.manifest import discover
from chassis.run import embedded, worker
from chassis.run.embedded import Embedded
from chassis.run.worker import Worker
from ops.composition import compose
from ops.journey.web import Answer, Web
from ops.parts import declared
from tests.builders.form import Account, account_in
from tests.builders.service import forget, let_go
from tests.builders.templates import template

CHEAP = {"RETRY_SCHEDULE": "0,0,0", "PASSWORD_MEMORY_KIB": "1024"}


class Edge(Web):
    """The same client as over the network, but the edge is called in this process.

    Where the address is https, a proxy has ended TLS: what arrives is plain http.
    """

    def __init__(self, url: str, edge: Any) -> None:
        super().__init__(url)
        self.edge = edge

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        response = Client(self.edge, use_cookies=False).open(
            path.removeprefix(self.url),
            method=method,
            data=body,
            headers=dict(headers or {}),
            base_url=self.url.replace("https:", "http:"),
        )
        return Answer(
            response.status_code, HTTPHeaderDict(response.headers.items()), response.get_data()
        )


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

    @property
    def web(self) -> Edge:
        return Edge(self.public_url, self.edge)

    def settle(self, *guests: Flask) -> None:
        worker.drain(*guests, *self.built.apps.values())

    def wait_for_clock(self) -> None:
        """The test's process is the only one."""

    def settings_for_guest(self, name: str) -> dict[str, str]:
        database = f"sqlite:///{self.data_dir / name}.db"
        return {**self.built.settings, f"DATABASE_URL_{key(name)}": database}

    def client_secret(self, name: str) -> str:
        return self.built.settings[f"CLIENT_SECRET_{key(name)}"]

    def account(self, key: str) -> Account:
        """Return a demo account by its key, for example "umpeg"."""
        return account_in(self.data_dir, key)

    def close(self) -> None:
        if self._worker is not None:
            self._worker.stop()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        for app in self.built.apps.values():
            let_go(app)
            forget(app)


def demo_system(folder: Path, *, public_url: str = "http://simpul.test", **extra: str) -> System:
    """Build everything in a folder with the demo region; call `drain()` to move events."""
    own_databases = any(name.startswith("DATABASE_URL") for name in extra)
    # A copy is of today; in a test that travels the region must begin on its day.
    if not own_databases and not time_machine.escape_hatch.is_travelling():
        copy_demo(folder)
    return _demo_in(folder, public_url, extra)


def copy_demo(folder: Path) -> Path:
    """Put the demo region's files into an empty folder, as if it had just been filled; return it."""
    if not any(folder.glob("*.db")):
        services = "-".join(sorted(discover()))
        shutil.copytree(template(f"demo-{services}", _make_demo), folder, dirs_exist_ok=True)
    return folder


def _make_demo(folder: Path) -> None:
    _demo_in(folder, "http://simpul.test", {}).close()


def _demo_in(folder: Path, public_url: str, extra: Mapping[str, str]) -> System:
    built = embedded.build(
        folder, public_url=public_url, demo=True, fronts=declared({}), extra=CHEAP | extra
    )
    system = System(built, compose(built), folder, public_url)
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
