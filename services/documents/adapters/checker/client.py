"""The web process's side of the checker: starts it, hands files over, starts it again."""

import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol

from chassis.http.problems import Unavailable
from services.documents.adapters.checker.verdict import Usage, Verdict, read_answer

_PATIENCE = 26.0
_TRIES = 2
_MODULE = "services.documents.adapters.checker"


class CheckerUnavailable(Unavailable):
    """The checker does not answer; the file may be fine."""

    code = "checker_unavailable"
    text: ClassVar = {
        "id": "Pemeriksaan berkas sedang sibuk. Coba lagi sebentar.",
        "en": "The file check is busy. Try again in a moment.",
    }


class FileChecker(Protocol):
    """Says whether a file may be taken. `file` is a real file: its descriptor travels."""

    def check(self, file: BinaryIO) -> tuple[Verdict, Usage]:
        """Return what was found and what it cost. Raises `CheckerUnavailable`."""
        ...


@dataclass(frozen=True)
class _Running:
    process: "subprocess.Popen[bytes]"
    requests: socket.socket
    owner: int


class ProcessChecker:
    """A checker process per web process, started at the first file."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def check(self, file: BinaryIO) -> tuple[Verdict, Usage]:
        """Return what was found and what it cost. Raises `CheckerUnavailable`.

        A checker that died under the request is started again, once.
        """
        for _ in range(_TRIES):
            running = self._started()
            answer = self._ask(running, file)
            if answer is not None:
                return answer
            self._forget(running)
        raise CheckerUnavailable

    def close(self) -> None:
        """End the checker process."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            _end(running)

    @property
    def pid(self) -> int | None:
        return self._running.process.pid if self._running else None

    def _started(self) -> _Running:
        with self._lock:
            if self._running is not None and self._running.owner != os.getpid():
                self._running.requests.close()  # inherited by a fork; the parent keeps its own
                self._running = None
            if self._running is None:
                self._running = _start()
            return self._running

    def _forget(self, running: _Running) -> None:
        with self._lock:
            if self._running is running:
                self._running = None
        _end(running)

    def _ask(self, running: _Running, file: BinaryIO) -> tuple[Verdict, Usage] | None:
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs:
                    descriptors = [file.fileno(), theirs.fileno()]
                    socket.send_fds(running.requests, [b"?"], descriptors)
                return read_answer(_all_of(ours, self._patience))
            except TimeoutError:
                raise CheckerUnavailable from None
            except OSError:
                return None


def _all_of(answers: socket.socket, patience: float) -> bytes:
    answers.settimeout(patience)
    parts = []
    while part := answers.recv(4096):
        parts.append(part)
    return b"".join(parts)


def _start() -> _Running:
    ours, theirs = socket.socketpair()
    with theirs:
        # Its environment holds no secret: it is the process that meets hostile files.
        path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
        environment = {"PYTHONPATH": path, "LC_ALL": "C.UTF-8"}
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd="/",
            env=environment,
        )
    return _Running(process, ours, os.getpid())


def _end(running: _Running) -> None:
    running.requests.close()
    if running.owner == os.getpid():
        running.process.kill()
        running.process.wait()
