"""A cluster whose parts change from one release's code to another's, one by one or together."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from chassis.process.config import key
from ops.cluster.instances import OPS, Instance, Part, wait_ready
from ops.cluster.supervisor import Supervisor


@dataclass
class Rolling(Supervisor):
    """Begins with `root`'s code for everything: schema, web processes and workers.

    The edge is nginx with today's configuration throughout: it is no process of ours.
    """

    leaving: dict[str, list[Instance]] = field(default_factory=dict)
    releases: dict[int, Path] = field(default_factory=dict)  # whose code a worker ran, by its pid

    def start(self) -> None:
        super().start()
        for part in self.parts.values():
            self._remember_workers(part)

    def migrate_with(self, root: Path, *names: str) -> None:
        """What a deployment does before it starts new code."""
        with ThreadPoolExecutor() as pool:
            settings = [self.parts[name].settings for name in names]
            list(pool.map(self._migrate_one, [root] * len(names), names, settings))

    def join(self, root: Path, names: Iterable[str]) -> None:
        """Start the code of `root` beside what runs: both answer, both work the queues off."""
        parts = [self.parts[name] for name in names]
        for part in parts:
            part.root = root
            self.leaving[part.name] = part.all
            part.webs.append(part.launch("web"))
        for part in parts:
            wait_ready(part.webs[-1])
        self._update_edge()
        for part in parts:
            if part.has_worker:
                part.worker = part.launch("worker")
                self._remember_workers(part)

    def retire(self, names: Iterable[str]) -> None:
        """End what ran before the last `join`, after the requests and events in hand."""
        old = [process for name in names for process in self.leaving.pop(name)]
        for part in self.parts.values():
            part.webs = [web for web in part.webs if web not in old]
        self._update_edge()
        with ThreadPoolExecutor() as pool:
            list(pool.map(Instance.stop, old))

    def stop(self) -> None:
        for instance in [process for old in self.leaving.values() for process in old]:
            instance.stop()
        super().stop()

    def _remember_workers(self, part: Part) -> None:
        self.releases |= {worker.child.pid: part.root for worker in part.workers}

    def _migrate(self) -> None:
        names = list(self.plan.manifests)
        with ThreadPoolExecutor() as pool:
            own = [self.settings_of(name) for name in names]
            list(pool.map(self._migrate_one, [self.root] * len(names), names, own))

    def _migrate_one(self, root: Path, name: str, settings: Mapping[str, str]) -> None:
        owner = {f"OWNER_URL_{key(name)}": self.engines["postgres"].owner_url(name)}
        told = subprocess.run(
            [*OPS, "migrate", name, "--demo", str(self.plan.folder)],
            cwd=root,
            env={**os.environ, **settings, **owner, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stdout + told.stderr


def requests_served(web: Instance) -> float:
    """Count what a process answered, but for questions after its health."""
    text = urllib3.request("GET", f"http://127.0.0.1:{web.port}/metrics", timeout=10).data.decode()
    counted = [
        line
        for line in text.splitlines()
        if line.startswith("simpul_request_seconds_count")
        and not any(f'"/{own}"' in line for own in ("readyz", "livez", "metrics"))
    ]
    return sum(float(line.rsplit(" ", 1)[1]) for line in counted)
