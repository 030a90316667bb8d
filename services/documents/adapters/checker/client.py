"""The web process's side of the checker: starts it, hands files over, starts it again."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Protocol

from chassis.kernel.errors import Unavailable
from chassis.process.telemetry import gauge, log
from services.documents.adapters.checker import protocol
from services.documents.adapters.checker.protocol import Request, Usage, read_answer
from services.documents.adapters.checker.verdict import Verdict
from services.documents.domain.quotas import BUSY_RETRY_SECONDS

_PATIENCE = 26.0
_TRIES = 2
_PROGRAM = (sys.executable, "-m", "services.documents.adapters.checker")
_PROTECTIONS = Request("protections", owner="", arguments={}, has_output=False)
PROTECTED = gauge(
    "documents_checker_protected",
    "1 where the child that opens files cannot reach the network, files, processes; else 0",
    "protection",
)


class CheckerUnavailable(Unavailable):
    """The checker does not answer; the file may be fine."""

    code = "checker_unavailable"
    retry_after: ClassVar = BUSY_RETRY_SECONDS
    text: ClassVar = {
        "id": "Pemeriksaan berkas sedang sibuk. Coba lagi sebentar.",
        "en": "The file check is busy. Try again in a moment.",
    }


class ChecksWaiting(CheckerUnavailable):
    """One file of this owner is being checked and two more wait."""

    code = "checks_waiting"
    text: ClassVar = {
        "id": "Berkas Anda yang lain masih diperiksa. Coba lagi sebentar.",
        "en": "Other files of yours are still being checked. Try again in a moment.",
    }


class FileChecker(Protocol):
    """Works on strangers' files. They are real files: their descriptors travel."""

    def check(
        self, file: BinaryIO, *, owner: str, xml_attachments: bool = False
    ) -> tuple[Verdict, Usage]:
        """Say whether a file may be taken, and what that cost. Raises what `run` raises."""
        ...

    def run(
        self,
        task: str,
        file: BinaryIO | Sequence[BinaryIO],
        *,
        owner: str,
        arguments: Mapping[str, Any] = {},
        output: BinaryIO | None = None,
    ) -> tuple[dict[str, Any], Usage]:
        """Return a task's answer and what it cost; the tasks are in `tasks`.

        `owner` says whose turn it is: a person's id, or the service that made the file.
        `output` is all that the task may write. The answer for a file that needs too much is
        the task's own. Raises `ChecksWaiting` or `CheckerUnavailable`: the same file may be
        fine a moment later.
        """
        ...


@dataclass(frozen=True)
class _Running:
    process: "subprocess.Popen[bytes]"
    requests: socket.socket
    owner: int


class ProcessChecker:
    """A checker process per web process, started at the first file."""

    def __init__(self, patience: float = _PATIENCE, program: Sequence[str] = _PROGRAM) -> None:
        self._patience = patience
        self._program = program
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._told: int | None = None

    def check(
        self, file: BinaryIO, *, owner: str, xml_attachments: bool = False
    ) -> tuple[Verdict, Usage]:
        """Say whether a file may be taken, and what that cost. Raises what `run` raises."""
        arguments = {"xml_attachments": xml_attachments}
        said, usage = self.run("inspect", file, owner=owner, arguments=arguments)
        return Verdict.read(said), usage

    def run(
        self,
        task: str,
        file: BinaryIO | Sequence[BinaryIO],
        *,
        owner: str,
        arguments: Mapping[str, Any] = {},
        output: BinaryIO | None = None,
    ) -> tuple[dict[str, Any], Usage]:
        """Return a task's answer and what it cost; see `FileChecker`.

        A checker that died under the request is started again, once.
        """
        request = Request(task, owner, dict(arguments), has_output=output is not None)
        files = [*file] if isinstance(file, Sequence) else [file]
        descriptors = [each.fileno() for each in (*files, *([output] if output else []))]
        for _ in range(_TRIES):
            running = self._started()
            answer = self._ask(running, request, descriptors)
            if answer is not None:
                self._tell_protections(running)
                return _finished(request, *answer)
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
                self._running = _start(self._program)
            return self._running

    def _tell_protections(self, running: _Running) -> None:
        """Say once for each process what its children cannot reach on this machine."""
        if self._told == running.process.pid:
            return
        self._told = running.process.pid
        with suppress(CheckerUnavailable):
            holding, _ = self._ask(running, _PROTECTIONS, []) or ({}, None)
            for protection, holds in holding.items():
                PROTECTED.labels(protection).set(int(holds))
            if missing := [protection for protection, holds in holding.items() if not holds]:
                log.warning("checker_unprotected", missing=missing)

    def _forget(self, running: _Running) -> None:
        with self._lock:
            if self._running is running:
                self._running = None
        _end(running)

    def _ask(
        self, running: _Running, request: Request, descriptors: list[int]
    ) -> tuple[dict[str, Any], Usage] | None:
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs:
                    request.send(ours, descriptors)
                    socket.send_fds(running.requests, [b"?"], [theirs.fileno()])
                return read_answer(_all_of(ours, self._patience))
            except TimeoutError:
                raise CheckerUnavailable from None
            except OSError:
                return None


def _finished(request: Request, said: dict[str, Any], usage: Usage) -> tuple[dict[str, Any], Usage]:
    """Let only what says something about the file be its answer."""
    if usage.ended == protocol.UNKNOWN:
        raise LookupError(request.task)
    if usage.ended == protocol.ENOUGH_WAITING:
        raise ChecksWaiting
    if usage.ended != protocol.NORMALLY:
        log.warning("check_not_ended", task=request.task, **vars(usage))
    if usage.ended in protocol.UNFINISHED:
        raise CheckerUnavailable
    return said, usage


def _all_of(answers: socket.socket, patience: float) -> bytes:
    """Read until the other end closes. Raises `TimeoutError`, also for what has no end."""
    deadline = time.monotonic() + patience
    answer = b""
    while len(answer) <= protocol.MOST_ANSWERED + protocol.MOST_ASKED:
        answers.settimeout(max(0.001, deadline - time.monotonic()))
        if not (part := answers.recv(1 << 16)):
            return answer
        answer += part
    raise TimeoutError


def _start(program: Sequence[str]) -> _Running:
    ours, theirs = socket.socketpair()
    with theirs:
        # Its environment holds no secret: it is the process that meets hostile files.
        path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
        environment = {"PYTHONPATH": path, "LC_ALL": "C.UTF-8"}
        process = subprocess.Popen(
            [*program, str(theirs.fileno())],
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
