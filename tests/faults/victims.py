"""Which processes there are to end or hold, by kind, and whose turn it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import SimpleNamespace

from ops.cluster.instances import RECORDS, Instance
from ops.engines.child import Record
from ops.engines.process import answers
from ops.parts import FRONTS
from tests.faults.arena import Arena
from tests.faults.processes import children

CHECKER = "documents checker"
EDGE = "edge"
SUPERVISOR = "supervisor"


def recorded(folder: Path) -> Iterator[Instance]:
    """Yield every process of a part as its record says, alive or not."""
    for path in sorted((folder / RECORDS).glob("*-*.json")):
        if record := Record.read(path):
            child = SimpleNamespace(pid=record.identity.pid, alive=record.identity.alive)
            about = record.about
            yield Instance(about["name"], about["kind"], about["port"], child)


def engine(arena: Arena, name: str) -> tuple[int, bool]:
    """Return an engine's pid, or the edge's, and whether it answers."""
    record = Record.read(arena.supervisor.plan.folder / RECORDS / f"{name}.json")
    ports = {**arena.supervisor.plan.ports, "nginx": arena.supervisor.plan.public_port}
    if record is None:
        return 0, False
    return record.identity.pid, record.identity.alive and answers(ports[name])


def alive(arena: Arena) -> Iterator[tuple[str, int]]:
    """Name the processes of every part, the edge and the supervisor, with their pids."""
    tree = children()
    for instance in recorded(arena.supervisor.plan.folder):
        pid = instance.child.pid
        if not instance.child.alive:
            continue
        if instance.kind == "worker":
            yield f"{instance.name} worker", pid
            continue
        yield f"{instance.name} web", pid
        if instance.name == "documents":
            yield from ((CHECKER, item) for item in tree.get(pid, ()))
    pid, is_well = engine(arena, "nginx")
    if is_well:
        yield EDGE, pid
    if arena.keeper and arena.keeper.is_ready:
        yield SUPERVISOR, arena.keeper.pid


def kinds(arena: Arena) -> set[str]:
    """Name every kind there is, also one that does not live just now."""
    services = [*arena.supervisor.plan.manifests]
    found = {CHECKER, EDGE} | ({SUPERVISOR} if arena.keeper else set())
    for part in (*services, *FRONTS):
        found |= {f"{part} web"}
    return found | {f"{part} worker" for part in services}


def who_passes(point: str, part: str) -> str:
    """Name the kind of process that comes by a point."""
    answers_requests = point.startswith(("api.", "upload."))
    return f"{part} web" if answers_requests else f"{part} worker"


@dataclass
class Turns:
    """Every kind has its turn before one comes again."""

    rng: Random
    _had: set[str] = field(default_factory=set)

    def next(self, found: Iterable[str]) -> str:
        there = set(found)
        if there <= self._had:
            self._had.clear()
        kind = self.rng.choice(sorted(there - self._had))
        self._had.add(kind)
        return kind
