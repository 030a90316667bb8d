"""What is measured: each goal with its limit, and how much of it a run takes."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bench import goals
from bench.forms import DISTRIBUTED, EMBEDDED, Form

Sense = Literal["at least", "at most"]
ALONE = "alone"  # it starts what it needs itself
OPEN_LOOP = "OPEN"  # the curve of what people wait at growing rates; it is no goal
BOTH = (EMBEDDED, DISTRIBUTED)


class UnknownGoal(Exception):
    """A goal was asked for that there is not; the message names those that there are."""


@dataclass(frozen=True)
class Pace:
    """How long a run takes. A short one says so in what it reports."""

    name: str
    rounds: int
    seconds: float  # of one way in one round
    idle: float  # seconds of rest that are looked at
    submits: int  # in one round
    rates: tuple[float, ...]  # of events
    mails: tuple[float, ...]  # a second
    flow: float  # seconds of a flow at one rate
    held: float  # seconds that the greatest rate is held, where it can be
    sizes: tuple[int, ...]  # how many proposals there are, growing
    asked: int  # times each operation is asked at a size
    people: int  # who sign in within a second
    rows: int  # of an import
    starts: int  # of a system that was there before
    repeats: int  # of what takes long: a flow, a crowd

    @property
    def remark(self) -> str:
        """Say what was measured with less than the goals are about; nothing of a whole run."""
        if self == WHOLE:
            return ""
        return (
            f"A {self.name} run: {max(self.sizes):,} proposals in G8, {max(self.rates):g} events/s"
            f" in G4, {max(self.mails):g} mails/s in G5, {self.rows:,} rows in G12, {self.idle:g} s"
            f" of rest in G15, {self.people} people in G16; {self.rounds} rounds."
        )


WHOLE = Pace(
    name="whole",
    rounds=5,
    seconds=3.0,
    idle=60.0,
    submits=200,
    rates=(10, 50, 200),
    mails=(10, 50, 500),
    flow=6.0,
    held=300.0,
    sizes=(1_000, 100_000, 1_000_000),
    asked=100,
    people=100,
    rows=10_000,
    starts=5,
    repeats=5,
)
SHORT = Pace(
    name="short",
    rounds=2,
    seconds=0.3,
    idle=3.0,
    submits=10,
    rates=(50,),
    mails=(50,),
    flow=2.0,
    held=0.0,
    sizes=(1_000, 10_000),
    asked=20,
    people=20,
    rows=100,
    starts=1,
    repeats=1,
)
SMALLEST = Pace(
    name="smallest",
    rounds=1,
    seconds=0.1,
    idle=1.0,
    submits=5,
    rates=(5,),
    mails=(5,),
    flow=1.0,
    held=0.0,
    sizes=(100, 200),
    asked=5,
    people=2,
    rows=20,
    starts=1,
    repeats=1,
)
PACES = {pace.name: pace for pace in (WHOLE, SHORT, SMALLEST)}


@dataclass(frozen=True)
class Costs:
    """What one operation took of our processes and of the engines."""

    cpu_ms: float
    statements: float = 0.0
    commits: float = 0.0
    confirms: float = 0.0


@dataclass(frozen=True)
class Reading:
    """What was found: ours and the limit of each round, in pairs, or why nothing could be.

    `short` says what the goal asks beside the ratio and did not get.
    """

    what: str = ""
    ours: Sequence[float] = ()
    limit: Sequence[float] = ()
    unit: str = "/s"
    costs: Costs | None = None
    note: str = ""
    counts: bool = True  # towards the goal; else it is told beside it
    short: str = ""

    @property
    def remarks(self) -> str:
        return "; ".join(filter(None, (self.short, self.note)))


@dataclass(frozen=True)
class Stage:
    """What a goal is measured on: a form that runs, or none, and a folder of its own."""

    form: Form | None
    home: Path
    pace: Pace
    is_distributed: bool = False
    ends: ExitStack = field(default_factory=ExitStack)  # what was started ends when all is measured
    shared: dict[str, Any] = field(default_factory=dict)

    @property
    def system(self) -> Form:
        assert self.form is not None
        return self.form

    def once(self, name: str, start: Callable[[], AbstractContextManager[Any]]) -> Any:
        """Start something at the first call; goals that want the same share it."""
        if name not in self.shared:
            self.shared[name] = self.ends.enter_context(start())
        return self.shared[name]


@dataclass(frozen=True)
class Goal:
    """One line of the table. `at_rest` comes before any load, `grows` after all other.

    `elsewhere` holds target and moonshot of a form that has its own, `absent` says why a form has
    nothing to measure. `in_the_way`, shown only where it is missed, says why and what was tried.
    """

    code: str
    what: str
    against: str
    target: float
    moonshot: float
    sense: Sense
    forms: tuple[str, ...]
    run: Callable[[Stage], list[Reading]] = field(compare=False)
    at_rest: bool = False
    grows: bool = False
    elsewhere: Mapping[str, tuple[float, float]] = field(default_factory=dict, compare=False)
    absent: Mapping[str, str] = field(default_factory=dict, compare=False)
    in_the_way: str = ""

    @property
    def number(self) -> int:
        """What is measured beside the goals comes after them."""
        return int(self.code[1:]) if self.code[1:].isdecimal() else 99

    @property
    def order(self) -> tuple[bool, bool, int]:
        return (not self.at_rest, self.grows, self.number)

    def wanted(self, form: str) -> tuple[float, float]:
        return self.elsewhere.get(form, (self.target, self.moonshot))

    def is_met(self, ratio: float, form: str) -> bool:
        least, _ = self.wanted(form)
        return ratio >= least if self.sense == "at least" else ratio <= least


def all_goals() -> list[Goal]:
    """Return every goal, in the order of their numbers; a module in `goals/` is one."""
    names = [name for _, name, _ in pkgutil.iter_modules(goals.__path__)]
    found = [importlib.import_module(f"bench.goals.{name}").GOAL for name in names]
    return sorted(found, key=lambda goal: goal.number)


def chosen(only: str) -> list[Goal]:
    """Return the goals that are named, all without a name. Raises `UnknownGoal`."""
    known = {goal.code.upper(): goal for goal in all_goals()}
    names = [name.strip().upper() for name in only.split(",") if name.strip()]
    if unknown := set(names) - {*known, OPEN_LOOP}:
        raise UnknownGoal(f"{', '.join(sorted(unknown))}: {', '.join([*known, OPEN_LOOP])}")
    return [known[name] for name in names or known if name in known]
