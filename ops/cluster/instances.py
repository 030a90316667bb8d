"""The processes of one part of the system: its web instances and its workers."""

import secrets
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from ops.cluster.restraint import LONGEST_PAUSE, Restraint
from ops.engines.child import Child, Record
from ops.engines.process import EngineFailed, free_port

ROOT = Path(__file__).parents[2]
OPS = (sys.executable, "-m", "ops")
RECORDS = "processes"
# The packages whose code a process runs.
_CODE = ("chassis", "gateway", "ops", "portal", "services", "staff")
_START_SECONDS = 90.0
_DRAIN_SECONDS = 40.0


@dataclass
class Instance:
    """One process of a part; a `worker` answers on its port for itself only."""

    name: str
    kind: str
    port: int
    child: Child
    restraint: Restraint = field(default_factory=Restraint)
    started_at: float = field(default_factory=time.monotonic)

    @property
    def ready(self) -> bool:
        """Tell whether the process answers that it can serve."""
        if self.kind == "worker" or not self.child.alive:
            return self.child.alive
        try:
            answer = urllib3.request(
                "GET", f"http://127.0.0.1:{self.port}/readyz", timeout=2, retries=False
            )
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200

    @property
    def settled(self) -> bool:
        """Tell whether a service has handled all events that the others have recorded so far."""
        try:
            answer = urllib3.request(
                "GET", f"http://127.0.0.1:{self.port}/readyz", timeout=5, retries=False
            )
            backlog = answer.json().get("backlog", {})
        except (urllib3.exceptions.HTTPError, ValueError):
            return False
        return not any(backlog.get(k) for k in ("unpublished", "waiting", "never_compared"))

    def stop(self) -> None:
        """Let the requests in hand end, then end the process."""
        self.child.stop(_DRAIN_SECONDS)


@dataclass
class Part:
    """A service, the gateway or the portal, with all its processes.

    `folder` takes their logs; beside it lie their records. `lock` is held by whoever changes them.
    """

    name: str
    settings: Mapping[str, str]
    folder: Path
    has_worker: bool
    command: Sequence[str] = OPS
    root: Path = ROOT
    longest_pause: float = LONGEST_PAUSE
    webs: list[Instance] = field(default_factory=list)
    worker: Instance | None = None
    more_workers: list[Instance] = field(default_factory=list)  # beside the first
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def ports(self) -> list[int]:
        return [web.port for web in self.webs]

    @property
    def all(self) -> list[Instance]:
        return [*self.webs, *self.workers]

    @property
    def workers(self) -> list[Instance]:
        return [*([self.worker] if self.worker else []), *self.more_workers]

    def run_workers(self, count: int) -> None:
        """Have this many workers, at least one; a surplus one finishes its current work."""
        while len(self.workers) < count:
            self.more_workers.append(self.launch("worker"))
        while len(self.workers) > max(count, 1):
            self.more_workers.pop().stop()

    def launch(self, kind: str) -> Instance:
        """Start one more process; it may not be ready yet."""
        port = free_port()
        record = self._records / f"{self.name}-{kind}-{secrets.token_hex(4)}.json"
        instance = self._instance(kind, port, record)
        instance.child.start()
        return instance

    def launch_ready(self) -> Instance:
        """Start one more web process and wait for it; one that fails is ended again."""
        web = self.launch("web")
        try:
            wait_ready(web)
        except BaseException:
            web.stop()
            raise
        return web

    def resume(self) -> list[Instance]:
        """Take up the processes that run from before with today's code and settings."""
        resumed = [*self._running()]
        self.webs += [instance for instance in resumed if instance.kind == "web"]
        for instance in resumed:
            if instance.kind == "worker" and self.worker is None:
                self.worker = instance
            elif instance.kind == "worker":
                self.more_workers.append(instance)
        return resumed

    def replace(self, old: Instance, new: Instance) -> None:
        """Put a process where another one was."""
        if old is self.worker:
            self.worker = new
        for several in (self.webs, self.more_workers):
            if old in several:
                several[several.index(old)] = new

    @property
    def _records(self) -> Path:
        return self.folder.parent / RECORDS

    def _running(self) -> Iterator[Instance]:
        for path in sorted(self._records.glob(f"{self.name}-*.json")):
            record = Record.read(path)
            if record is None or record.about.get("name") != self.name:
                continue
            instance = self._instance(record.about["kind"], int(record.about["port"]), path)
            if instance.child.resume():
                yield instance

    def _instance(self, kind: str, port: int, record: Path) -> Instance:
        words, own = ["serve", self.name, "--port", str(port)], {}
        if kind == "worker":
            words, own = ["work", self.name], {"WORKER_ADDRESS": f"127.0.0.1:{port}"}
        child = Child(
            [*self.command, *words],
            log=self.folder / f"{self.name}-{kind}.log",
            env={**self.settings, **own, "PYTHONPATH": str(self.root)},
            cwd=self.root,
            record=record,
            facts=code_in(self.root),
            about={"name": self.name, "kind": kind, "port": port},
        )
        return Instance(self.name, kind, port, child, Restraint(self.longest_pause))


def code_in(root: Path) -> str:
    """Say which state of the code is there: how many files, the newest of them."""
    files = [path for package in _CODE for path in (root / package).rglob("*.py")]
    return f"{len(files)} {max((path.stat().st_mtime_ns for path in files), default=0)}"


def wait_ready(instance: Instance) -> None:
    """Wait for a process; raise `EngineFailed` with the last lines it wrote."""
    deadline = instance.started_at + _START_SECONDS
    while not instance.ready:
        if not instance.child.alive or time.monotonic() > deadline:
            lines = instance.child.last_lines()
            raise EngineFailed(f"{instance.name} {instance.kind} did not become ready:\n{lines}")
        time.sleep(0.1)


def wait_settled(instances: Sequence[Instance], seconds: float = 60.0) -> bool:
    """Wait until no service has an event to handle; False after `seconds`."""
    deadline = time.monotonic() + seconds
    while not all(instance.settled for instance in instances):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
