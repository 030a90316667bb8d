"""Ends and holds processes on purpose, by a plan that a seed decides.

Half of the kills are armed fail points: the process dies exactly where a crash costs most. The
rest are `kill -9` of whatever process is at hand. Engines are ended and started again in between.
"""

import contextlib
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from random import Random
from typing import Any

from chassis.failpoints import POINTS
from tests.faults.arena import Arena
from tests.faults.processes import children

# Which parts come by a point. The sweep and the migration have tests of their own.
PASSING = {
    "api": ("proposal", "documents"),
    "sequencer": ("proposal", "documents"),
    "publisher": ("proposal", "documents"),
    "consumer": ("notification", "witness"),
    "inbox": ("witness", "notification"),
    "dispatcher": ("notification", "witness"),
    "sender": ("notification",),
    "upload": ("documents",),
}
_PAIRS = [(point, part) for point in POINTS for part in PASSING.get(point.partition(".")[0], ())]
RUNNING = sorted(_PAIRS, key=lambda pair: PASSING[pair[0].partition(".")[0]].index(pair[1]))
SENDING, SENDERS = "notification", 4  # whose worker also sends mail, so many at once
ROUNDS = 3  # so often what was missed is tried again
HOLD = 3.0
LONGEST_OUTAGE = 60.0
BREATH = 6.0  # after an engine's death, until the next one may follow


@dataclass
class Killer:
    """Carries out one fault after another until the plan is done."""

    arena: Arena
    kills: int
    seed: int
    pace: float
    counts: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    outages: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.seed}/killer")
        self._had: set[str] = set()
        self._sender_deaths = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    @property
    def done(self) -> int:
        """How many processes died so far; holding one does not count."""
        return sum(count for kind, count in self.counts.items() if not kind.startswith("hold"))

    @property
    def missed(self) -> set[str]:
        """The points nobody has died at yet. Without kills there is nothing to miss."""
        return {
            point for point, _part in RUNNING if self.kills and not self.counts[f"point {point}"]
        }

    @property
    def sender_crashes(self) -> int:
        """How many mails were in the hands of a sender that died, at whatever point, or was held."""
        ends = self._sender_deaths + self.counts["kill notification worker"] + self.counts["hold"]
        return ends * SENDERS

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def busy(self) -> bool:
        return self._thread.is_alive()

    def _work(self) -> None:
        for fault in self._plan():
            if self._stop.wait(self.rng.uniform(0.5, 1.5) * self.pace):
                break
            try:
                fault()
            except Exception as error:  # noqa: BLE001 - told in the report
                self.troubles.append(f"{type(error).__name__}: {error}")

    def _plan(self) -> Iterator[Callable[[], None]]:
        """Points and processes, every so often an engine or a held process; last, what was missed."""
        turn, points = 0, cycle(RUNNING)
        while self.done < self.kills:
            turn += 1
            if turn % 24 == 6:
                yield partial(self._engine, "postgres")
            elif turn % 48 == 18:
                yield partial(self._engine, "rabbit")
            elif turn % 48 == 42:
                yield partial(self._engine, "s3")
            elif turn % 12 == 9:
                yield self._hold
            elif turn % 3:
                yield partial(self._point, *next(points))
            else:
                yield self._process
        for _ in range(ROUNDS):
            yield from (partial(self._point, *pair) for pair in RUNNING if pair[0] in self.missed)

    def _point(self, point: str, part: str) -> None:
        before = self.arena.hits()[point]
        self.arena.arm(point, part)
        deadline = time.monotonic() + 10
        while self.arena.hits()[point] == before and time.monotonic() < deadline:
            time.sleep(0.05)
        self.arena.disarm()
        hits = self.arena.hits()[point] - before
        self.counts[f"point {point}"] += hits
        self._sender_deaths += hits if part == SENDING else 0

    def _process(self) -> None:
        kind, pid = self._victim()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.counts[f"kill {kind}"] += 1
            self._time_recovery([kind.partition(" ")[0]], dead=pid)

    def _time_recovery(self, parts: Iterable[str], *, dead: int) -> None:
        """Measure until every process of the parts lives and answers again."""
        began, deadline = time.monotonic(), time.monotonic() + LONGEST_OUTAGE
        while time.monotonic() < deadline:
            found = [one for part in parts for one in self.arena.supervisor.parts[part].all]
            if all(one.child.pid != dead and one.ready for one in found):
                self.outages.append(time.monotonic() - began)
                return
            time.sleep(0.2)
        self.troubles.append(f"{', '.join(parts)} not back within {LONGEST_OUTAGE:.0f} s")

    def _hold(self) -> None:
        """A process that hangs is worse than a dead one: leases run out while it thinks it leads."""
        _kind, pid = self._victim()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            self.counts["hold"] += 1
            self._stop.wait(HOLD)
            os.kill(pid, signal.SIGCONT)

    def _victim(self) -> tuple[str, int]:
        """Every kind of process has its turn before one comes again."""
        found = dict(self._victims())
        fresh = [kind for kind in found if kind not in self._had]
        if not fresh:
            self._had.clear()
            fresh = list(found)
        kind = self.rng.choice(sorted(fresh))
        self._had.add(kind)
        return kind, found[kind]

    def _victims(self) -> Iterator[tuple[str, int]]:
        tree = children()
        for part in self.arena.supervisor.parts.values():
            for web in part.webs:
                yield f"{part.name} web master", web.child.pid
                for pid in tree.get(web.child.pid, ()):
                    yield f"{part.name} web worker", pid
                    if part.name == "documents":
                        yield from (("documents checker", one) for one in tree.get(pid, ()))
            if part.worker is not None:
                yield f"{part.name} worker", part.worker.child.pid

    def _engine(self, name: str) -> None:
        engine: Any = self.arena.supervisor.engines[name]
        dead = engine.child.pid
        engine.child.kill()
        self.counts[f"kill {name}"] += 1
        engine.start()
        self._time_recovery(self.arena.supervisor.parts, dead=dead)
        self._stop.wait(BREATH)
