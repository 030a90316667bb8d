"""Documents served by gunicorn with two workers, each of which a test can stop and kill.

A scanner that answers when the test says so holds files in the middle of their check.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from bench.instance import Instance
from ops.serving import Server, listen

_PATIENCE = 60.0
_LENGTH = struct.Struct(">I")


@dataclass
class HeldScanner:
    """Speaks as clamd does; it says that a file is clean once `go_on` is set."""

    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    go_on: Event = field(default_factory=Event)
    asked: int = 0
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"clamd://127.0.0.1:{self.listener.getsockname()[1]}"

    def wait_for(self, asked: int) -> None:
        """Return when so many files have come to be scanned."""
        until(lambda: self.asked >= asked)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as said:
            if said.read(10) != b"zINSTREAM\0":
                line.sendall(b"ClamAV 1.0.0/1/Mon Jan  5 00:00:00 2026\0")
                return
            while length := _LENGTH.unpack(said.read(4))[0]:
                said.read(length)
            with self.lock:
                self.asked += 1
            self.go_on.wait(_PATIENCE)
            line.sendall(b"stream: OK\0")


@dataclass
class Workers:
    """An address and the processes behind it."""

    port: int
    master: int

    def pids(self) -> list[int]:
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return sorted(map(int, children.split()))

    @contextmanager
    def only(self, pid: int) -> Iterator[None]:
        """Let one worker take what comes: the others stand still meanwhile."""
        others = [other for other in self.pids() if other != pid]
        for other in others:
            os.kill(other, signal.SIGSTOP)
        yield
        for other in others:
            os.kill(other, signal.SIGCONT)


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


@contextmanager
def two_workers(settings: dict[str, str], jwks: str) -> Iterator[Workers]:
    """Serve documents with two workers of one master, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = json.dumps({"settings": settings, "jwks": jwks, "port": port})
    process = subprocess.Popen([sys.executable, "-m", "tests.documents.web_workers", told])
    workers = Workers(port, process.pid)
    try:
        until(lambda: len(workers.pids()) == 2 and _serves(port))
        yield workers
    finally:
        process.terminate()
        process.wait()


def _serves(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False


class _Two(Server):
    def _options(self) -> dict[str, Any]:
        return {**super()._options(), "workers": 2}


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    _Two(listen("127.0.0.1", given["port"]), Instance(given["settings"], given["jwks"])).run()
