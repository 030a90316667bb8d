"""What is measured: each goal with its limit, and how much of it a run takes."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bench import goals
from bench.forms import DISTRIBUTED, EMBEDDED, Form

Sense = Literal["at least", "at most"]
ALONE = "alone"  # it starts what it needs itself
BOTH = (EMBEDDED, DISTRIBUTED)


@dataclass(frozen=True)
class Pace:
    """How long a run takes. A short one says so in what it reports."""

    name: str
    rounds: int
    seconds: float  # of one way in one round
    idle: float  # seconds of rest that are looked at
    submits: int  # in one round
    rates: tuple[float, ...]  # of events and mails
    flow: float  # seconds of a flow at one rate
    sizes: tuple[int, ...]  # how many proposals there are, growing
    asked: int  # times each operation is asked at a size
    people: int  # who sign in within a second
    rows: int  # of an import


WHOLE = Pace(
    "whole", 5, 3.0, 60.0, 200, (10, 50, 200), 15.0, (1_000, 100_000, 1_000_000), 100, 100, 10_000
)
SHORT = Pace("short", 3, 0.5, 8.0, 60, (10, 50), 4.0, (1_000, 10_000), 30, 30, 300)
SMALLEST = Pace("smallest", 1, 0.1, 1.0, 5, (5,), 1.0, (100, 200), 5, 2, 20)
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
    """What was found: ours and the limit of each round, in pairs, or why nothing could be."""

    what: str = ""
    ours: Sequence[float] = ()
    limit: Sequence[float] = ()
    unit: str = "/s"
    costs: Costs | None = None
    note: str = ""
    counts: bool = True  # towards the goal; else it is told beside it


@dataclass(frozen=True)
class Stage:
    """What a goal is measured on: a form that runs, or none, and a folder of its own."""

    form: Form | None
    home: Path
    pace: Pace
    is_distributed: bool = False

    @property
    def system(self) -> Form:
        assert self.form is not None
        return self.form


@dataclass(frozen=True)
class Goal:
    """One line of the table. `at_rest` comes before any load, `grows` after all other."""

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
    unit: str = "×"

    @property
    def order(self) -> tuple[bool, bool, int]:
        return (not self.at_rest, self.grows, int(self.code[1:]))

    def is_met(self, ratio: float) -> bool:
        return ratio >= self.target if self.sense == "at least" else ratio <= self.target


def all_goals() -> list[Goal]:
    """Return every goal, in the order of their numbers; a module in `goals/` is one."""
    names = [name for _, name, _ in pkgutil.iter_modules(goals.__path__) if name[0] == "g"]
    found = [importlib.import_module(f"bench.goals.{name}").GOAL for name in names]
    return sorted(found, key=lambda goal: int(goal.code[1:]))


def chosen(only: str) -> list[Goal]:
    """Return the goals that are named, all without a name. Raises `LookupError`."""
    known = {goal.code: goal for goal in all_goals()}
    names = [name.strip().upper() for name in only.split(",") if name.strip()]
    return [known[name] for name in names or known]
