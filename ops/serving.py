"""gunicorn around one WSGI application: one worker with 16 threads.

The listening socket is bound before anything is built, so a taken port is found at once. The
application is built in the worker, after the fork, so no connection or thread is shared across it.
"""

import logging
import os
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from chassis.http.connections import KEEP_ALIVE_SECONDS
from chassis.http.incoming import LONGEST_HEADER, MOST_HEADERS
from ops.arrival import Limits
from ops.speech import Stop, complain, why_refused
from ops.unread import Worker

THREADS = 16
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat file, as it advises
COULD_NOT_START = 4  # gunicorn ends at once, instead of starting the worker again and again
LONGEST_REQUEST_LINE = 8190
LONGEST_START = 180
# Lines of gunicorn about a failed start, which a line of ours has reported.
START_FAILED = re.compile(
    rf"Shutting down|Reason: |Worker \(pid:\d+\) exited with code {COULD_NOT_START}"
)


class Service(Protocol):
    """What is served: built in the worker, then running until `stop`."""

    def build(self) -> Callable[..., Any]: ...

    def limits(self) -> Limits: ...

    def started(self) -> None: ...

    def stop(self) -> None: ...


def listen(host: str, port: int) -> socket.socket:
    """Bind the address. Raises `Stop` when it is in use or not of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Its connections have it too. Head and body are two sends, and without it the second waits
    # until the client's kernel acknowledges the first, which takes 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
        listener.listen(socket.SOMAXCONN)
    except (OSError, OverflowError) as error:
        listener.close()
        why = why_refused(error)
        raise Stop(
            f"alamat {host}:{port} tidak dapat dipakai ({why}); pilih port lain dengan --port",
            f"the address {host}:{port} cannot be used ({why}); choose another with --port",
        ) from error
    return listener


class Server(BaseApplication):
    """gunicorn with all its options from here, none from files or the environment."""

    def __init__(
        self, listener: socket.socket, service: Service, *, threads: int = THREADS
    ) -> None:
        self._threads = threads
        self._listener = listener
        self._service = service
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def _options(self) -> dict[str, Any]:
        return {
            # gunicorn closes the descriptor it is given, so it becomes gunicorn's own.
            "bind": f"fd://{self._listener.detach()}",
            "workers": 1,
            "worker_class": Worker,
            "threads": self._threads,
            "timeout": LONGEST_START,  # until a worker's sign of life: the first start migrates
            "graceful_timeout": 20,
            "keepalive": KEEP_ALIVE_SECONDS,
            "limit_request_line": LONGEST_REQUEST_LINE,
            # More than is taken, so that it is the edge or the service that refuses.
            "limit_request_fields": 3 * MOST_HEADERS,
            "limit_request_field_size": 2 * LONGEST_HEADER,
            "worker_tmp_dir": str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None,
            "control_socket_disable": True,
            "proc_name": "simpul",
            "logger_class": Log,
            "post_worker_init": self._start,
            "worker_exit": lambda _arbiter, _worker: self._service.stop(),
        }

    def run_alone(self) -> None:
        """Serve in this process, without a master that rests beside it.

        Whoever started the process starts it again: the supervisor, or a container's restart.
        """
        listener = socket.socket(fileno=int(self.cfg.address[0]))
        log = self.cfg.logger_class(self.cfg)
        try:
            Alone(0, os.getppid(), [listener], self, self.cfg.timeout, self.cfg, log).init_process()
        finally:
            self._service.stop()

    def _start(self, worker: Worker) -> None:
        worker.limit(self._service.limits())
        self._service.started()

    def load(self) -> Callable[..., Any]:
        try:
            return self._service.build()
        except Stop as stop:
            complain(stop.line)
            sys.exit(COULD_NOT_START)


class Alone(Worker):
    """A worker without a master; it outlives the process that started it."""

    def is_parent_alive(self) -> bool:
        return True


class ToStructlog(logging.Handler):
    """Lines of libraries that use the standard library's logging, in the house's format."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger("simpul")
        extra = {"exc_info": record.exc_info} if record.exc_info else {}
        log.log(record.levelno, record.getMessage(), logger=record.name, **extra)


class Log(Logger):
    """gunicorn's own lines go to structlog too, without those of an ordinary start and stop."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.error_log.propagate = False
        self.error_log.handlers = [ToStructlog()]
        self.error_log.setLevel(logging.WARNING)
        self.error_log.addFilter(lambda record: not START_FAILED.match(record.getMessage()))

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write nothing: requests are counted in /metrics, and services log what matters."""
