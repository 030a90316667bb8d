"""`./simpul serve <name>`: one `web` process: a service, the gateway or the portal.

Its settings come from the environment. It binds to loopback by default.
"""

import argparse
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chassis.process import runtime as runtimes
from chassis.process.manifest import discover, load
from chassis.process.telemetry import configure_logs
from ops import parts
from ops.serving import COULD_NOT_START, Server, ToStructlog, listen


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, default=8)


def run(options: argparse.Namespace) -> int:
    configure_logs()
    logging.basicConfig(handlers=[ToStructlog()], level=logging.WARNING, force=True)
    web = Web(factory_of(options.name))
    with listen(options.host, options.port) as listener:
        try:
            Server(listener, web, threads=options.threads).run()
        except SystemExit as ended:
            return 2 if ended.code == COULD_NOT_START else int(ended.code or 0)
    return 0


def factory_of(name: str) -> str:
    """Return the dotted name of what builds the app; raise `Stop`."""
    factories = parts.factories(discover())
    return factories[parts.known(name, factories)]


def built(factory: str, *given: Any) -> Any:
    """Build an app from the environment, or what is given; raise `Stop` naming every problem."""
    with parts.building():
        return load(factory)(*given)


@dataclass
class Web:
    """The app of this process, built after the fork."""

    factory: str
    app: Any = None

    def build(self) -> Callable[..., Any]:
        self.app = built(self.factory)
        app: Callable[..., Any] = self.app
        return app

    def started(self) -> None:
        """Nothing more: loops run in the worker's process."""

    def stop(self) -> None:
        if self.app is not None and "simpul" in getattr(self.app, "extensions", {}):
            with self.app.app_context():
                runtimes.of(self.app).db.engine.dispose()
