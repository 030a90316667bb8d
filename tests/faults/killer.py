"""Ends and holds processes on purpose, by a plan that a seed decides.

Most of the kills are armed fail points: the process dies exactly where a crash costs most. The
rest are `kill -9` of a process, every kind in its turn. Engines are ended and started again in
between, and processes are held as if they hung.
"""

import contextlib
import os
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, zip_longest
from random import Random
from typing import Any

from chassis.process.failpoints import POINTS
from ops.parts import FRONTS
from tests.faults import victims
from tests.faults.arena import Arena
from tests.faults.processes import family, send


def in_turn(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Have the parts take turns: what just died has time to come back."""
    of_part: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in pairs:
        of_part[pair[1]].append(pair)
    rounds = zip_longest(*of_part.values())
    return [pair for found in rounds for pair in found if pair is not None]


# Which parts come by a point. The sweep and the migration have tests of their own.
PASSING = {
    "api": ("proposal", "documents"),
    "sequencer": ("proposal", "documents"),
    "publisher": ("proposal", "documents"),
    "consumer": ("notification", "witness"),
    "inbox": ("witness", "notification"),
    "dispatcher": ("notification", "witness"),
    "timers": ("witness",),
    "jobs": ("witness",),
    "sender": ("notification",),
    "upload": ("documents",),
    "made_file": ("proposal",),
}
_PAIRS = [(point, part) for point in POINTS for part in PASSING.get(point.partition(".")[0], ())]
RUNNING = in_turn(_PAIRS)
SENDING = "notification"  # whose worker also sends mail
MAILS_IN_HAND = 13  # at most: ten are taken at once, while three of before are on their way
ROUNDS = 3  # so often what was missed is tried again
EVERY_KIND = 30  # a run of so many kills ends every kind of process and every engine
THOROUGH = 100  # one of so many ends every kind by itself, not only at a point, and holds it too
ENGINES = ("postgres", "rabbit", "s3")
# Every request goes by the edge, which would only keep all others; a supervisor does nothing then.
NEVER_HELD = {victims.EDGE, victims.SUPERVISOR}
HOLD = 3.0
LONGEST_REACH = 20.0  # seconds until somebody comes by an armed point
LONGEST_OUTAGE = 60.0
BREATH = 4.0  # after an engine's death, until the next fault may follow
Fault = Callable[[], None]


@dataclass
class Killer:
    """Carries out one fault after another until the plan is done."""

    arena: Arena
    kills: int
    seed: int
    pace: float
    counts: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    outages: list[tuple[float, str]] = field(default_factory=list)  # seconds, after what

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.seed}/killer")
        self._kill_turns, self._hold_turns = victims.Turns(self.rng), victims.Turns(self.rng)
        self._sender_deaths = 0
        self._died_at_points: set[str] = set()  # kinds of processes
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._beside: list[threading.Thread] = []

    @property
    def done(self) -> int:
        """How many processes died so far; holding one does not count."""
        return sum(count for kind, count in self.counts.items() if not kind.startswith("hold "))

    @property
    def missed(self) -> set[str]:
        """What no process met yet, as `counts` names it. Without kills there is nothing to miss."""
        wanted = {f"point {point}" for point, _part in RUNNING} if self.kills else set()
        kinds = victims.kinds(self.arena)
        if self.kills >= EVERY_KIND:
            wanted |= {f"kill {kind}" for kind in (*(kinds - self._died_at_points), *ENGINES)}
        if self.kills >= THOROUGH:
            held = kinds - NEVER_HELD
            wanted |= {f"kill {kind}" for kind in kinds} | {f"hold {kind}" for kind in held}
        return {name for name in wanted if not self.counts[name]}

    @property
    def sender_crashes(self) -> int:
        """How many mails may have been in the hands of a sender that died, at whatever point.

        A sender that was held is not one of them: its claims outlast the pause.
        """
        return (self._sender_deaths + self.counts[f"kill {SENDING} worker"]) * MAILS_IN_HAND

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        self._stop.set()
        for thread in (self._thread, *self._beside):
            thread.join()

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

    def _plan(self) -> Iterator[Fault]:
        """Points and processes, every so often an engine or a held process; last, what was missed."""
        turn, points = 0, cycle(RUNNING)
        while self.done < self.kills:
            turn += 1
            if turn % 24 == 7:
                yield partial(self._engine, "postgres")
            elif turn % 48 == 19:
                yield partial(self._engine, "rabbit")
            elif turn % 48 == 43:
                yield partial(self._engine, "s3")
            elif turn % 6 == 3:
                yield self._hold
            elif turn % 3:
                yield partial(self._point, *next(points))
            else:
                yield self._kill
        for _ in range(ROUNDS):
            yield from self._remaining(self.missed)

    def _remaining(self, missed: set[str]) -> Iterator[Fault]:
        yield from (
            partial(self._point, *pair) for pair in RUNNING if f"point {pair[0]}" in self.missed
        )
        for name in sorted(missed):
            what, _, kind = name.partition(" ")
            if kind in ENGINES:
                yield partial(self._engine, kind)
            elif what != "point":
                yield partial(self._kill if what == "kill" else self._hold, kind)

    def _point(self, point: str, part: str) -> None:
        before = self.arena.hits()[point]
        self.arena.arm(point, part)
        deadline = time.monotonic() + LONGEST_REACH
        while self.arena.hits()[point] == before and time.monotonic() < deadline:
            time.sleep(0.05)
        self.arena.disarm()
        hits = self.arena.hits()[point] - before
        self.counts[f"point {point}"] += hits
        self._sender_deaths += hits if part == SENDING else 0
        if hits:
            self._died_at_points.add(victims.who_passes(point, part))
            self._aside(self._time_recovery, f"point {point}", [part], None)

    def _kill(self, kind: str = "") -> None:
        kind, pid = self._victim(self._kill_turns, kind)
        if kind == victims.SUPERVISOR:
            self._kill_supervisor()
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.counts[f"kill {kind}"] += 1
            names = ["nginx"] if kind == victims.EDGE else [kind.partition(" ")[0]]
            self._aside(self._time_recovery, f"kill {kind}", names, pid)

    def _kill_supervisor(self) -> None:
        """Everything goes on; the next one takes it up, and what died meanwhile it starts."""
        keeper = self.arena.keeper
        assert keeper is not None
        keeper.kill()
        self.counts[f"kill {victims.SUPERVISOR}"] += 1
        self._stop.wait(self.rng.uniform(0.0, 2.0))
        keeper.start()

    def _hold(self, kind: str = "") -> None:
        """A process that hangs is worse than a dead one: leases run out while it thinks it leads."""
        kind, pid = self._victim(self._hold_turns, kind, never=NEVER_HELD)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            self.counts[f"hold {kind}"] += 1
            self._aside(self._let_go, pid)

    def _let_go(self, pid: int) -> None:
        time.sleep(HOLD)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def _victim(
        self, turns: victims.Turns, kind: str, never: Collection[str] = ()
    ) -> tuple[str, int]:
        """Take whose turn it is; of a kind that was asked for, wait until one is there again."""
        found = dict(victims.alive(self.arena))
        deadline = time.monotonic() + LONGEST_OUTAGE
        while kind and kind not in found and time.monotonic() < deadline:
            time.sleep(0.1)
            found = dict(victims.alive(self.arena))
        kind = kind or turns.next(found.keys() - never)
        return kind, found[kind]

    def _engine(self, name: str) -> None:
        """A power cut of one engine: all its processes at once. The supervisor starts it again."""
        dead, _ = victims.engine(self.arena, name)
        send(signal.SIGKILL, family(dead))
        self.counts[f"kill {name}"] += 1
        self._time_recovery(f"kill {name}", [name], dead)
        self._time_recovery(f"kill {name}, all parts", self._parts, dead)
        self._stop.wait(BREATH)

    @property
    def _parts(self) -> list[str]:
        return [*self.arena.supervisor.plan.manifests, *FRONTS]

    def _is_well(self, names: Iterable[str], dead: int | None) -> bool:
        servers = [name for name in names if name in (*ENGINES, "nginx")]
        if servers:
            told = [victims.engine(self.arena, name) for name in servers]
            return all(pid != dead and is_well for pid, is_well in told)
        every = victims.recorded(self.arena.supervisor.plan.folder)
        found = [process for process in every if process.name in names]
        return {process.name for process in found} == {*names} and all(
            process.child.pid != dead and process.ready for process in found
        )

    def _aside(self, work: Callable[..., None], *about: Any) -> None:
        """Do it while the plan goes on: the next death does not wait until all is well again."""
        thread = threading.Thread(target=work, args=about, daemon=True)
        self._beside.append(thread)
        thread.start()

    def _time_recovery(self, what: str, parts: Iterable[str], dead: int | None) -> None:
        """Measure until every process of the parts lives and answers again."""
        began, deadline = time.monotonic(), time.monotonic() + LONGEST_OUTAGE
        while time.monotonic() < deadline:
            if self._is_well(parts, dead):
                self.outages.append((time.monotonic() - began, what))
                return
            time.sleep(0.2)
        self.troubles.append(
            f"after {what}: {', '.join(parts)} not back within {LONGEST_OUTAGE:.0f} s"
        )
