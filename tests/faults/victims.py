"""Which processes there are to end or hold, by kind, and whose turn it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from ops.cluster.supervisor import Supervisor
from tests.faults.processes import children

CHECKER = "documents checker"


def alive(supervisor: Supervisor) -> Iterator[tuple[str, int]]:
    """Name the processes of every part, with their pids."""
    tree = children()
    for part in supervisor.parts.values():
        for web in part.webs:
            yield f"{part.name} web master", web.child.pid
            for pid in tree.get(web.child.pid, ()):
                yield f"{part.name} web worker", pid
                if part.name == "documents":
                    yield from ((CHECKER, item) for item in tree.get(pid, ()))
        if part.worker is not None:
            yield f"{part.name} worker", part.worker.child.pid


def kinds(supervisor: Supervisor) -> set[str]:
    """Name every kind there is, also one that does not live just now."""
    found = {CHECKER}
    for part in supervisor.parts.values():
        found |= {f"{part.name} web master", f"{part.name} web worker"}
        found |= {f"{part.name} worker"} if part.has_worker else set()
    return found


def who_passes(point: str, part: str) -> str:
    """Name the kind of process that comes by a point."""
    answers_requests = point.startswith(("api.", "upload."))
    return f"{part} web worker" if answers_requests else f"{part} worker"


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
