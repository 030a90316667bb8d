"""The processes of one part of the system: its web instances and its worker."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from ops.engines.process import Child, EngineFailed, free_port

ROOT = Path(__file__).parents[2]
OPS = (sys.executable, "-m", "ops")
# Settings of one service only; no other process inherits them from the environment.
OF_ONE_SERVICE = ("DATABASE_URL_", "BUS_URL_", "CLIENT_SECRET_", "OWNER_URL_")
_START_SECONDS = 90.0
_DRAIN_SECONDS = 40.0


@dataclass
class Instance:
    """One process of a part; a `worker` answers on its port for itself only."""

    name: str
    kind: str
    port: int
    child: Child
    failures: int = 0
    started_at: float = 0.0

    @property
    def ready(self) -> bool:
        """Tell whether the process answers that it can serve."""
        if self.kind == "worker":
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
        answer = urllib3.request("GET", f"http://127.0.0.1:{self.port}/readyz", timeout=5)
        backlog = answer.json().get("backlog", {})
        return not any(backlog.get(k) for k in ("unpublished", "waiting", "never_compared"))

    def stop(self) -> None:
        """Let the requests in hand end, then end the process."""
        self.child.stop(_DRAIN_SECONDS)


@dataclass
class Part:
    """A service, the gateway or the portal, with all its processes."""

    name: str
    settings: Mapping[str, str]
    folder: Path
    has_worker: bool
    command: Sequence[str] = OPS
    root: Path = ROOT
    webs: list[Instance] = field(default_factory=list)
    worker: Instance | None = None
    more_workers: list[Instance] = field(default_factory=list)  # beside the first

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
        command, settings = list(self.command), dict(self.settings)
        if kind == "web":
            command += ["serve", self.name, "--port", str(port)]
        else:
            command += ["work", self.name]
            settings["WORKER_ADDRESS"] = f"127.0.0.1:{port}"
        child = Child(
            command,
            log=self.folder / f"{self.name}-{kind}.log",
            env={**settings, "PYTHONPATH": str(self.root)},
            cwd=self.root,
            withheld=OF_ONE_SERVICE,
        )
        child.start()
        return Instance(self.name, kind, port, child, started_at=time.monotonic())


def wait_ready(instance: Instance) -> None:
    """Wait for a process; raise `EngineFailed` with the last lines it wrote."""
    deadline = instance.started_at + _START_SECONDS
    while not instance.ready:
        if not instance.child.alive or time.monotonic() > deadline:
            lines = instance.child.last_lines()
            raise EngineFailed(f"{instance.name} {instance.kind} did not become ready:\n{lines}")
        time.sleep(0.1)


def wait_settled(instances: list[Instance], seconds: float = 60.0) -> bool:
    """Wait until no service has an event to handle; False after `seconds`."""
    deadline = time.monotonic() + seconds
    while not all(instance.settled for instance in instances):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
