"""`./simpul serve <name>`: one `web` process: a service, the gateway or the portal.

Its settings come from the environment. It binds to loopback by default.
"""

import argparse
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chassis.http.callers import behind_edge
from chassis.process import runtime as runtimes
from chassis.process.manifest import discover, load
from chassis.process.telemetry import configure_logs
from ops import addresses, parts
from ops.arrival import MOST_OF_BODY, Limits
from ops.serving import COULD_NOT_START, Server, ToStructlog, listen
from ops.speech import at_least, choose


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name",
        metavar=choose("nama", "name"),
        help=choose("sebuah layanan, gateway, atau portal", "a service, gateway or portal"),
    )
    addresses.add_host(parser)
    parser.add_argument(
        "--port",
        metavar="N",
        type=int,
        required=True,
        help=choose("port yang didengarkan", "port to listen on"),
    )
    parser.add_argument(
        "--threads",
        metavar="N",
        type=at_least(1),
        default=8,
        help=choose(
            "permintaan sekaligus (bawaan: %(default)s)", "requests at once (default: %(default)s)"
        ),
    )


def run(options: argparse.Namespace) -> int:
    configure_logs()
    logging.basicConfig(handlers=[ToStructlog()], level=logging.WARNING, force=True)
    web = Web(factory_of(options.name))
    with listen(options.host, options.port) as listener:
        try:
            Server(listener, web, threads=options.threads).run_alone()
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
    """The app of this process."""

    factory: str
    app: Any = None

    def build(self) -> Callable[..., Any]:
        self.app = built(self.factory)
        return behind_edge(self.app)

    def limits(self) -> Limits:
        """Bodies are limited by the edge; here a route's requests that take long wait in turn."""
        if not self._is_service:
            return Limits()
        route_of = runtimes.of(self.app).manifest.route_of
        return Limits(route_of=lambda path: replace(route_of(path), max_body=MOST_OF_BODY))

    def started(self) -> None:
        """Loops run in the worker's process; here a later schema is said, and nothing more."""
        if self._is_service:
            from ops import skew  # a front has no database

            skew.log_later(self.app)

    @property
    def _is_service(self) -> bool:
        return self.app is not None and "simpul" in getattr(self.app, "extensions", {})

    def stop(self) -> None:
        if self._is_service:
            with self.app.app_context():
                runtimes.of(self.app).db.engine.dispose()
