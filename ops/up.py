"""`./simpul up`: all of Simpul in one process of this machine."""

import argparse
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from chassis.process.data_folder import generated
from chassis.process.manifest import discover
from chassis.process.telemetry import configure_logs, log
from chassis.run.embedded import Embedded, build
from chassis.run.worker import Worker, drain
from gateway.edge import Edge
from ops import addresses, first_link, folder, parts, skew
from ops.announcing import announce
from ops.arrival import MOST_OF_ALL, SHARE_OF_A_NETWORK, Limits
from ops.composition import compose
from ops.installed import installed
from ops.serving import COULD_NOT_START, Server, ToStructlog, listen
from ops.speech import Stop, choose, complain

# These make the form embedded, so they cannot be set from outside; all others can.
DECIDED_HERE = ("DATABASE_URL", "BUS_URL", "PEERS_URL", "PUBLIC_URL", "JWKS_URL")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        metavar=choose("ALAMAT", "ADDRESS"),
        default="127.0.0.1",
        help=choose(
            "bawaan: %(default)s, hanya komputer ini; 0.0.0.0 juga untuk jaringan",
            "default: %(default)s, this machine only; 0.0.0.0 for its network too",
        ),
    )
    parser.add_argument(
        "--port",
        metavar="N",
        type=int,
        default=8080,
        help=choose("port (bawaan: %(default)s)", "port (default: %(default)s)"),
    )
    parser.add_argument(
        "--public-url",
        metavar="URL",
        help=choose(
            "alamat yang dibuka orang, bila ada proksi atau nama di depannya",
            "the address people open, where a proxy or a name stands before it",
        ),
    )
    folder.add_option(parser)
    parser.add_argument(
        "--no-demo",
        action="store_true",
        help=choose("membiarkan folder baru kosong", "leave a new folder empty"),
    )


def run(options: argparse.Namespace) -> int:
    data = options.data.resolve()
    installed()
    folder.prepare(data)
    configure_logs()
    logging.basicConfig(handlers=[ToStructlog()], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    with folder.held(data) as lock, listen(options.host, options.port) as listener:
        url = addresses.public_url(options.host, listener.getsockname()[1], options.public_url)
        folder.announce(lock, folder.Instance(pid=os.getpid(), url=url))
        is_open = addresses.is_reachable_from_outside(options.host, url)
        demo = wants_demo(data, options)
        return serve(listener, Running(data, url, demo=demo, is_open=is_open))


def serve(listener: socket.socket, service: "Running") -> int:
    """Serve until a signal; gunicorn's worker process returns through here too."""
    master = os.getpid()
    try:
        Server(listener, service).run()
    except SystemExit as ended:
        if os.getpid() != master:
            raise
        return 2 if ended.code == COULD_NOT_START else int(ended.code or 0)
    return 0


def wants_demo(data: Path, options: argparse.Namespace) -> bool:
    """A seeding that was cut short is finished at the next start."""
    if (data / folder.DEMO_UNFINISHED).exists():
        return True
    if options.no_demo or not folder.is_new(data):
        return False
    (data / folder.DEMO_UNFINISHED).touch()
    return True


@dataclass
class Running:
    """The system in its worker process."""

    data: Path
    url: str
    demo: bool
    is_open: bool = False  # to others than this machine
    built: Embedded | None = None
    edge: Edge | None = None
    worker: Worker | None = None

    def build(self) -> Callable[..., Any]:
        try:
            with parts.building():
                return self._built()
        except (Stop, OSError) as error:
            raise cannot_start(str(error)) from error
        except Exception as error:
            log.exception("start_failed")
            raise cannot_start(f"{type(error).__name__}: {error}".splitlines()[0]) from error

    def _built(self) -> Edge:
        self.built = build(
            self.data,
            public_url=self.url,
            demo=self.demo,
            fronts=parts.declared({}),
            extra=chosen_outside(),
        )
        (self.data / folder.DEMO_UNFINISHED).unlink(missing_ok=True)
        self.edge = compose(self.built)
        return self.edge

    def limits(self) -> Limits:
        """A proxy in front keeps slow bodies itself, and all comes from its address."""
        if self.edge is None:
            return Limits()
        share = SHARE_OF_A_NETWORK if self.edge.is_outermost else MOST_OF_ALL
        return Limits(share, self.edge.route_of)

    def started(self) -> None:
        """Start the loops in the worker process, then say that the system is ready."""
        if self.built is None or self.edge is None:
            return
        if self.demo:
            # The first request must find the people everywhere, not only in identity.
            drain(*self.built.apps.values())
        self.worker = self.built.worker()
        self.worker.start()
        answer = Client(self.edge).get("/readyz", base_url=self.url)
        if answer.status_code == 200:
            skew.warn(self.built.apps.values())
            first_link.tell(self.data, self.url, self.edge)
            announce(self.url, self.data, is_open=self.is_open)
        else:
            complain(choose("belum siap: ", "not ready: ") + answer.get_data(as_text=True))

    def stop(self) -> None:
        if self.worker is not None:
            self.worker.stop()
        if self.built is not None:
            self.built.close()


def cannot_start(why: str) -> Stop:
    return Stop(f"tidak dapat mulai: {why}", f"cannot start: {why}")


def chosen_outside() -> dict[str, str]:
    """The folder keeps its own secrets, so none is taken from outside either."""
    kept_here = generated(parts.declared(discover()))
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(DECIDED_HERE) and name not in kept_here
    }
