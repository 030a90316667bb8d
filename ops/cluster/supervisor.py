"""Starts the distributed form, keeps it running, changes it while it runs, and stops it.

What ran before under a supervisor that died goes on: it is taken up, not started anew.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.process.telemetry import log
from ops.cluster import keeping
from ops.cluster.ending import end_everything
from ops.cluster.engines import EDGE, addresses_of, edge_of, engines_of, owner_of
from ops.cluster.instances import OPS, ROOT, Instance, Part, wait_ready, wait_settled
from ops.cluster.keeping import Kept
from ops.cluster.logs import LOOK_EVERY as LOGS_EVERY
from ops.cluster.logs import Logs
from ops.cluster.migrating import Work, migrate_apart
from ops.cluster.plan import Plan
from ops.cluster.restraint import LONGEST_PAUSE, Restraint
from ops.engines.nginx import Nginx
from ops.parts import FRONTS

_EDGE_SETTLES = 1.0
_WORKER = "-worker"


class UnknownPart(Exception):
    """There is no part of that name."""


@dataclass
class Supervisor:
    """The cluster of one folder. Changes are made one after another.

    `command` starts each of our processes, with the code in `root`; `extra` settings win over the
    plan's. `doing` says what a start is at.
    """

    plan: Plan
    demo: bool
    certificate: Path | None = None
    certificate_key: Path | None = None
    command: Sequence[str] = OPS
    root: Path = ROOT
    extra: Mapping[str, str] = field(default_factory=dict)
    longest_pause: float = LONGEST_PAUSE  # seconds between starts of what dies repeatedly
    parts: dict[str, Part] = field(default_factory=dict)
    engines: dict[str, Any] = field(init=False)
    nginx: Nginx = field(init=False)
    doing: str = field(default="", init=False)
    is_ready: bool = field(default=False, init=False)
    _resumed: list[Instance] = field(default_factory=list, init=False)
    _changing: threading.RLock = field(default_factory=threading.RLock)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.engines = engines_of(self.plan)
        self.nginx = edge_of(self.plan, self.certificate, self.certificate_key)
        self._kept = {
            name: self._keep(name, "engine", engine, engine.start)
            for name, engine in self.engines.items()
        }
        self._edge = self._keep(EDGE, "edge", self.nginx, self._start_edge)

    def _keep(self, name: str, kind: str, server: Any, start: Callable[[], None]) -> Kept:
        restraint = Restraint(self.longest_pause)
        return Kept(name, kind, server, start, self._stopping, restraint)

    def start(self) -> None:
        """Start what does not run; raise `EngineFailed` after stopping everything.

        What runs from before is never stopped for that: the loops go on with what failed.
        """
        try:
            self._find_parts()
            for step in (self._start_engines, self._migrate, self._start_parts):
                self._take(step)
            self.is_ready = True
        except BaseException:
            self.stop()
            raise

    def _take(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception:
            if not self._resumed:
                raise
            log.exception("start_incomplete", step=self.doing)

    def keep(self, *, engines: bool = True) -> None:
        """Start again what dies, from now on until stopped; without `engines` only the others."""
        for server in (self._edge, *(self._kept.values() if engines else ())):
            keeping.in_thread(server.name, server.look, self._stopping)
        keeping.in_thread("parts", self._look_at_parts, self._stopping)
        logs = Logs(self.plan.folder, self.nginx)
        keeping.in_thread("logs", logs.look, self._stopping, LOGS_EVERY)

    def restart(self, name: str) -> None:
        """Replace a part's processes one by one, without a failed request."""
        part = self._part(name)
        with self._changing, part.lock:
            for old in list(part.webs):
                part.replace(old, part.launch_ready())
                self._retire(old)
            for worker in part.workers:
                worker.stop()
                part.replace(worker, part.launch("worker"))

    def scale(self, name: str, count: int) -> None:
        """Run `count` web instances of a part, or workers when it is called `<part>-worker`."""
        if name.endswith(_WORKER):
            part = self._part_with_worker(name)
            with self._changing, part.lock:
                part.run_workers(count)
            return
        part = self._part(name)
        with self._changing, part.lock:
            added = [part.launch_ready() for _ in range(count - len(part.webs))]
            surplus = part.webs[count:]
            part.webs = [web for web in part.webs if web not in surplus] + added
            self._update_edge()
            for web in surplus:
                web.stop()

    def status(self) -> list[dict[str, Any]]:
        """Describe every process: part, kind, pid, port, whether it is ready, how often it died."""
        rows = [{"name": "supervisor", "kind": "keeper", "pid": os.getpid(), "port": None}]
        rows[0] |= {"ready": True, **Restraint().told}
        rows += [kept.row for kept in (*self._kept.values(), self._edge)]
        for part in self.parts.values():
            rows += [row_of(instance) for instance in part.all]
        return rows

    def stop(self) -> None:
        """Stop the edge first, then our processes, then the engines; whatever fails, the others.

        What then still lives of this folder is killed.
        """
        self._stopping.set()
        instances = [instance for part in self.parts.values() for instance in part.all]
        for together in ([self._edge], instances, [*self._kept.values()]):
            threads = [threading.Thread(target=_stopped, args=(each,)) for each in together]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        for left in end_everything(self.plan.folder):
            log.warning("ended_at_last", process=left)

    def settings_of(self, name: str) -> dict[str, str]:
        """Return the settings of a part's processes: what it declares, nothing of another part.

        `extra` settings that no part declares are told all.
        """
        declared = self.plan.declared
        common = {key: value for key, value in self.extra.items() if key not in declared}
        engines = {**addresses_of(self.plan, self.engines), **self.extra}
        return common | self.plan.settings_of(name, engines)

    def _start_engines(self) -> None:
        self.doing = ", ".join(self._kept)
        with ThreadPoolExecutor() as pool:
            try:
                list(pool.map(Kept.begin, self._kept.values()))
            except BaseException:
                if not self._resumed:
                    self.stop()  # what another thread waits for ends with it
                raise
        if postgres := self.engines.get("postgres"):
            postgres.add_databases(self.plan.database_passwords())

    def _find_parts(self) -> None:
        """Take up what runs from before; what of it is no longer wanted so is ended."""
        logs, mail = self.plan.folder / "logs", self.plan.folder / "mail"
        for private in (logs, mail):  # the folder itself is open to the engines' own users
            private.mkdir(exist_ok=True)
            private.chmod(0o700)
        for name in (*self.plan.manifests, *FRONTS):
            is_service, settings = name in self.plan.manifests, self.settings_of(name)
            part = Part(name, settings, logs, is_service, self.command, self.root)
            part.longest_pause = self.longest_pause
            self.parts[name] = part
            self._resumed += part.resume()
        end_everything(self.plan.folder, except_of=self._records())

    def _records(self) -> set[Path]:
        """Name the records of what is to go on, or may."""
        children = [instance.child for part in self.parts.values() for instance in part.all]
        children += [server.child for server in (*self.engines.values(), self.nginx)]
        children += [rabbit.epmd] if (rabbit := self.engines.get("rabbit")) else []
        return {child.record for child in children if child.record}

    def _migrate(self) -> None:
        self.doing = "migrate"
        demo = str(self.plan.folder) if self.demo else None
        migrate_apart(
            [
                Work(name, self.settings_of(name) | owner_of(self.engines, name), demo)
                for name in self.plan.manifests
                # What runs from before runs with this code.
                if not (self.parts and self.parts[name].webs)
            ]
        )

    def _start_parts(self) -> None:
        for part in self.parts.values():
            if not part.webs:
                part.webs.append(part.launch("web"))
        self._edge.begin()
        for part in self.parts.values():
            self.doing = part.name
            for web in part.webs if not self._resumed else []:
                wait_ready(web)
            if part.has_worker and part.worker is None:
                part.worker = part.launch("worker")
        # A service without its copies of people and units answers, but with empty lists.
        self.doing = "events"
        services = [part for part in self.parts.values() if part.has_worker]
        webs = [web for part in services for web in part.webs]
        if not self._resumed and not wait_settled(webs):
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

    def _start_edge(self) -> None:
        self.nginx.start({name: part.ports for name, part in self.parts.items()})

    def _reload_edge(self) -> None:
        with self._edge.lock:
            self.nginx.reload({name: part.ports for name, part in self.parts.items()})

    def _update_edge(self) -> None:
        self._reload_edge()
        time.sleep(_EDGE_SETTLES)

    def _retire(self, old: Instance) -> None:
        self._update_edge()
        old.stop()

    def _look_at_parts(self) -> None:
        for part in list(self.parts.values()):
            if not part.lock.acquire(blocking=False):
                continue  # somebody changes it
            try:
                self._look_at(part)
            except Exception:  # noqa: BLE001 - the other parts are looked at all the same
                log.exception("look_failed", part=part.name)
            finally:
                part.lock.release()

    def _look_at(self, part: Part) -> None:
        for dead in [instance for instance in part.all if not instance.child.alive]:
            if dead.restraint.note_death(dead.child.last_lines(1)):
                keeping.tell_of_death(part.name, dead.kind, dead.restraint)
            if dead.restraint.waits or self._stopping.is_set():
                continue
            new = part.launch(dead.kind)
            new.restraint = dead.restraint
            new.restraint.begin()
            part.replace(dead, new)
            dead.child.forget()
            if dead.kind == "web":
                self._reload_edge()


def row_of(instance: Instance) -> dict[str, Any]:
    """Describe a process of a part for the status."""
    return {
        "name": instance.name,
        "kind": instance.kind,
        "pid": instance.child.pid,
        "port": instance.port or None,
        "ready": instance.ready,
        **instance.restraint.told,
    }


def _stopped(running: Kept | Instance) -> None:
    """Stop it; a failure is told, and keeps nothing else from being stopped."""
    try:
        running.stop()
    except Exception:  # noqa: BLE001 - what lives all the same is killed at the end
        log.exception("stop_failed", part=running.name)
