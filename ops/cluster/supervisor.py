"""Starts the distributed form, keeps it running, changes it while it runs, and stops it."""

import contextlib
import os
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.process.config import key
from chassis.process.telemetry import log
from gateway.nginx import Listening
from gateway.routes import table
from ops.cluster.instances import (
    OF_ONE_SERVICE,
    OPS,
    ROOT,
    Instance,
    Part,
    wait_ready,
    wait_settled,
)
from ops.cluster.plan import Plan
from ops.engines.nginx import Nginx
from ops.engines.postgres import Postgres
from ops.engines.process import EngineFailed
from ops.engines.rabbit import Rabbit
from ops.engines.s3 import S3
from ops.migrate import migrate
from ops.parts import FRONTS

_LOOK_EVERY = 1.0
_EDGE_SETTLES = 1.0
_WORKER = "-worker"


class UnknownPart(Exception):
    """There is no part of that name."""


@dataclass
class Supervisor:
    """The cluster of one folder. Changes are made one after another.

    `command` starts each of our processes, with the code in `root`; `extra` settings win over the
    plan's.
    """

    plan: Plan
    demo: bool
    host: str = "127.0.0.1"
    certificate: Path | None = None
    certificate_key: Path | None = None
    command: Sequence[str] = OPS
    root: Path = ROOT
    extra: Mapping[str, str] = field(default_factory=dict)
    longest_pause: float = 30.0  # seconds between starts of what dies repeatedly
    parts: dict[str, Part] = field(default_factory=dict)
    revived: int = field(default=0, init=False)  # processes started again after they died
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _engine_lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        folder, ports, secrets = self.plan.folder, self.plan.ports, self.plan.secrets
        external = self.plan.external_engines
        self.engines: dict[str, Any] = {}
        if "postgres" not in external:
            self.engines["postgres"] = Postgres(folder / "postgres", port=ports["postgres"])
        if "rabbit" not in external:
            users = self.plan.broker_users()
            self.engines["rabbit"] = Rabbit(folder / "rabbit", users, port=ports["rabbit"])
        if "s3" not in external:
            keys = secrets["s3/access"], secrets["s3/secret"]
            self.engines["s3"] = S3(folder / "s3", *keys, port=ports["s3"])
        listening = Listening(
            folder / "nginx",
            self.plan.public_port,
            ports["internal"],
            self.host,
            self.certificate,
            self.certificate_key,
        )
        self.nginx = Nginx(
            listening, table(self.plan.manifests), ROOT / "portal" / "shell" / "static"
        )

    def start(self) -> None:
        """Start everything; raise `EngineFailed` after stopping what had started."""
        try:
            with ThreadPoolExecutor() as pool:
                list(pool.map(lambda engine: engine.start(), self.engines.values()))
            if postgres := self.engines.get("postgres"):
                postgres.add_databases(self.plan.database_passwords())
            self._migrate()
            self._start_parts()
        except BaseException:
            self.stop()
            raise

    def watch(self) -> None:
        """Start again what died, until stopped."""
        while not self._stopping.wait(_LOOK_EVERY):
            with self._lock:
                for part in self.parts.values():
                    self._revive(part)

    def watch_engines(self) -> None:
        """Start an engine again that died, until stopped; the other processes wait for it."""
        while not self._stopping.wait(_LOOK_EVERY):
            for name, engine in self.engines.items():
                with self._engine_lock:
                    if self._stopping.is_set() or engine.child.alive:
                        continue
                    log.warning("engine_died", engine=name)
                    with contextlib.suppress(EngineFailed):
                        engine.start()

    def restart(self, name: str) -> None:
        """Replace a part's processes one by one, without a failed request."""
        with self._lock:
            part = self._part(name)
            for old in list(part.webs):
                new = part.launch("web")
                wait_ready(new)
                part.webs[part.webs.index(old)] = new
                self._retire(old)
            if part.worker is not None:
                part.worker.stop()
                part.worker = part.launch("worker")
            for place, old in enumerate(part.more_workers):
                old.stop()
                part.more_workers[place] = part.launch("worker")

    def scale(self, name: str, count: int) -> None:
        """Run `count` web instances of a part, or workers when it is called `<part>-worker`."""
        with self._lock:
            if name.endswith(_WORKER):
                self._part_with_worker(name).run_workers(count)
                return
            part = self._part(name)
            added = [part.launch("web") for _ in range(count - len(part.webs))]
            for web in added:
                wait_ready(web)
            surplus = part.webs[count:] if count < len(part.webs) else []
            part.webs = [web for web in part.webs if web not in surplus] + added
            self._update_edge()
            for web in surplus:
                self._retire(web, out_of_edge=True)

    def status(self) -> list[dict[str, Any]]:
        """Describe every process: part, kind, pid, port, whether it is ready."""
        rows = [
            {
                "name": name,
                "kind": "engine",
                "pid": e.child.pid,
                "port": e.port,
                "ready": e.child.alive,
            }
            for name, e in self.engines.items()
        ]
        edge = self.nginx.child
        rows.append(
            {
                "name": "nginx",
                "kind": "edge",
                "pid": edge.pid,
                "port": self.plan.public_port,
                "ready": edge.alive,
            }
        )
        for part in self.parts.values():
            rows += [
                {
                    "name": instance.name,
                    "kind": instance.kind,
                    "pid": instance.child.pid,
                    "port": instance.port or None,
                    "ready": instance.ready,
                }
                for instance in part.all
            ]
        return rows

    def stop(self) -> None:
        """Stop the edge first, then our processes, then the engines."""
        self._stopping.set()
        with self._lock:
            self.nginx.stop()
            instances = [instance for part in self.parts.values() for instance in part.all]
            threads = [threading.Thread(target=instance.stop) for instance in instances]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for engine in self.engines.values():
                with self._engine_lock, contextlib.suppress(EngineFailed):
                    engine.stop()

    def settings_of(self, name: str) -> dict[str, str]:
        """Return the settings of a part's processes: no secrets of another part."""
        common = {
            name: value for name, value in self.extra.items() if not name.startswith(OF_ONE_SERVICE)
        }
        return common | self.plan.settings_of(name, {**self._engine_settings(), **self.extra})

    def _engine_settings(self) -> dict[str, str]:
        """Return the addresses of the engines: started here, or from the environment."""
        names = [f"DATABASE_URL_{key(name)}" for name in self.plan.manifests]
        names += [f"BUS_URL_{key(name)}" for name in self.plan.manifests]
        settings = {name: os.environ[name] for name in ("STORE_URL", *names) if name in os.environ}
        for name, password in self.plan.database_passwords().items():
            if postgres := self.engines.get("postgres"):
                settings[f"DATABASE_URL_{key(name)}"] = postgres.service_url(name, password)
            if rabbit := self.engines.get("rabbit"):
                settings[f"BUS_URL_{key(name)}"] = rabbit.url(name)
        if s3 := self.engines.get("s3"):
            settings["STORE_URL"] = s3.url
        return settings

    def _migrate(self) -> None:
        for manifest in self.plan.manifests.values():
            environ = self.settings_of(manifest.name)
            owner = f"OWNER_URL_{key(manifest.name)}"
            if postgres := self.engines.get("postgres"):
                environ[owner] = postgres.owner_url(manifest.name)
            elif owner in os.environ:
                environ[owner] = os.environ[owner]
            migrate(manifest, environ, demo=self.plan.folder if self.demo else None)

    def _start_parts(self) -> None:
        logs = self.plan.folder / "logs"
        logs.mkdir(exist_ok=True)
        (self.plan.folder / "mail").mkdir(exist_ok=True)
        for name in (*self.plan.manifests, *FRONTS):
            is_service = name in self.plan.manifests
            settings = self.settings_of(name)
            part = Part(name, settings, logs, is_service, command=self.command, root=self.root)
            self.parts[name] = part
            part.webs.append(part.launch("web"))
        self.nginx.start(self._upstreams())
        for part in self.parts.values():
            for web in part.webs:
                wait_ready(web)
            if part.has_worker:
                part.worker = part.launch("worker")
        # A service without its copies of people and units answers, but with empty lists.
        services = [part for part in self.parts.values() if part.has_worker]
        if not wait_settled([web for part in services for web in part.webs]):
            log.warning("still_catching_up")

    def _part(self, name: str) -> Part:
        if name not in self.parts:
            raise UnknownPart(name)
        return self.parts[name]

    def _part_with_worker(self, name: str) -> Part:
        part = self.parts.get(name.removesuffix(_WORKER))
        if part is None or part.worker is None:
            raise UnknownPart(name)
        return part

    def _upstreams(self) -> dict[str, list[int]]:
        return {name: part.ports for name, part in self.parts.items()}

    def _update_edge(self) -> None:
        self.nginx.reload(self._upstreams())
        time.sleep(_EDGE_SETTLES)

    def _retire(self, old: Instance, *, out_of_edge: bool = False) -> None:
        if not out_of_edge:
            self._update_edge()
        old.stop()

    def _revive(self, part: Part) -> None:
        for instance in part.all:
            if instance.child.alive:
                continue
            pause = min(self.longest_pause, 2.0**instance.failures)
            if time.monotonic() - instance.started_at < pause:
                continue
            log.warning("process_died", part=part.name, kind=instance.kind)
            new = part.launch(instance.kind)
            self.revived += 1
            lived = time.monotonic() - instance.started_at
            new.failures = 1 if lived > self.longest_pause else instance.failures + 1
            if instance is part.worker:
                part.worker = new
            elif instance in part.more_workers:
                part.more_workers[part.more_workers.index(instance)] = new
            else:
                part.webs[part.webs.index(instance)] = new
                self.nginx.reload(self._upstreams())
