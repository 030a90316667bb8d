"""A server as a process of ours: logging to a file, found again by its record, stopped in any case.

A record outlives whoever wrote it: the next supervisor takes up what runs as it would start it.
"""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from ops.engines.identity import MARK, Identity, identify, marked, working_in
from ops.engines.process import EngineFailed

# What a server may know of the environment of whoever starts it; its settings it is told.
PASSED_ON = frozenset({"PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "SSL_CERT_FILE"})
PASSED_ON_FROM = ("LC_", "LANG", "PYTHON")
_LONGEST_LINES = 4_000  # bytes
_LONGEST_END = 20.0


def surroundings() -> dict[str, str]:
    """Return what every process may know of the environment: no setting and no secret."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PASSED_ON_FROM)
    }


@dataclass(frozen=True)
class Record:
    """What a file says of a running server: enough to take it up again, or to end it."""

    identity: Identity
    spec: str
    stop_signal: int
    about: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """Return what the file says; None where there is none, or it is no record."""
        try:
            told = json.loads(path.read_text("utf-8"))
            identity = Identity(int(told["pid"]), str(told["born"]))
            return cls(identity, told["spec"], int(told["stop_signal"]), dict(told["about"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        told = {**asdict(self.identity), "spec": self.spec, "stop_signal": self.stop_signal}
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps({**told, "about": dict(self.about)}), encoding="utf-8")
        draft.replace(path)


@dataclass
class Child:
    """One running server with all the processes it has made.

    `facts` is what decides, beside command and environment, whether one that runs from before is
    the same; `about` is told whoever reads the record. A server that writes its title over its
    environment `hides_mark`.
    """

    command: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    cwd: Path | None = None
    stop_signal: int = signal.SIGTERM
    record: Path | None = None
    facts: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    hides_mark: bool = False
    own_logs: Path | None = None  # a folder of files that the server writes and turns itself
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _identity: Identity | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        if self._identity is None:
            raise EngineFailed(f"{self.command[0]} was not started")
        return self._identity.pid

    @property
    def alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return self._identity is not None and self._identity.alive

    @property
    def spec(self) -> str:
        """Say what would be started, as a digest: it tells no secret."""
        told = [[*self.command], sorted(self.env.items()), str(self.cwd), self.user, self.facts]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def resume(self) -> bool:
        """Take up the server that runs from before; False where none does, or another one."""
        record = Record.read(self.record) if self.record else None
        if record is None or record.spec != self.spec or not record.identity.alive:
            return False
        self._process, self._identity = None, record.identity
        return True

    def start(self) -> None:
        """Start the server, after the end of an earlier one and of what is left of it."""
        self.end_earlier()
        mark = {MARK: str(self.record)} if self.record else {}
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**surroundings(), **self.env, **mark},
                cwd=self.cwd,
                user=self.user,
                start_new_session=True,
            )
        # Until it is waited for, no other process gets its number, also when it has ended.
        self._identity = identify(self._process.pid) or Identity(self._process.pid, "")
        if self.record:
            Record(self._identity, self.spec, self.stop_signal, self.about).write(self.record)

    def wait_until(self, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until the server is ready; raise `EngineFailed` when it ends or is late."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive:
                raise EngineFailed(f"{self.command[0]} ended at once:\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise EngineFailed(f"{self.command[0]} is not ready:\n{self.last_lines()}")
            time.sleep(0.05)

    def stop(self, seconds: float = 20) -> None:
        """Ask the server to end; after `seconds` kill it."""
        if self._identity is None:
            return
        with contextlib.suppress(EngineFailed):
            self.signal(self.stop_signal)
        if not self._ended_within(seconds):
            self.kill()
        self._process = self._identity = None
        self.forget()

    def signal(self, number: int) -> None:
        """Send a signal to the server itself; raises `EngineFailed` when it is not running."""
        if not self.alive or self._identity is None or not self._identity.send(number):
            raise EngineFailed(f"{self.command[0]} is not running")

    def kill(self) -> None:
        """End the server and its children with SIGKILL."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self._ended_within(20)
        self.end_remains()

    def end_earlier(self) -> None:
        """End the server that has the record, and whatever one before has left behind."""
        record = Record.read(self.record) if self.record else None
        if record and record.identity.send(record.stop_signal):
            gone([record.identity], _LONGEST_END)
        self.end_remains()

    def end_remains(self) -> None:
        """End what an earlier server has left behind, so that the next finds its port free."""
        end(self.remains(), signal.SIGKILL, 20)

    def remains(self) -> list[Identity]:
        """List the processes that this server, or one with its record before, has made."""
        found: Iterable[Identity] = marked(self.record) if self.record else ()
        if self.hides_mark and self.cwd:
            found = chain(found, working_in(self.cwd, Path(self.command[0]).name))
        return list(found)

    def last_lines(self, count: int = 15) -> str:
        """Return the end of the log that was written last."""
        own = [*self.own_logs.glob("*.log")] if self.own_logs else []
        with contextlib.suppress(OSError):
            newest = max([self.log, *own], key=lambda path: path.stat().st_mtime_ns)
            with newest.open("rb") as log:
                log.seek(max(0, newest.stat().st_size - _LONGEST_LINES))
                return "\n".join(log.read().decode(errors="replace").splitlines()[-count:])
        return ""

    def forget(self) -> None:
        """Take away the record of a server that has ended."""
        if self.record:
            self.record.unlink(missing_ok=True)

    def _ended_within(self, seconds: float) -> bool:
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
            return self._process.returncode is not None
        return self._identity is None or gone([self._identity], seconds)


def end(processes: Iterable[Identity], number: int, seconds: float) -> list[Identity]:
    """Send a signal to processes and return those that live after `seconds` all the same."""
    told = [process for process in processes if process.send(number)]
    gone(told, seconds)
    return [process for process in told if process.alive]


def gone(processes: Sequence[Identity], seconds: float) -> bool:
    """Wait until none of the processes lives; False after `seconds`."""
    deadline = time.monotonic() + seconds
    while any(process.alive for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
