"""Runs goals, one form after another, and lets nothing of it live on."""

import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.forms import DISTRIBUTED, EMBEDDED, Form, form_of
from bench.mail_sink import SINK
from bench.open_loop import open_loop
from bench.registry import ALONE, Goal, Pace, Reading, Stage
from bench.report import Row, lines

Say = Callable[[str], None]
ORDER = (EMBEDDED, DISTRIBUTED, ALONE)


@dataclass
class Bench:
    """One run: what was found is kept as it comes, so that Ctrl-C loses nothing of it."""

    goals: Sequence[Goal]
    pace: Pace
    say: Say
    with_open_loop: bool = False
    forms: Sequence[str] = ORDER
    rows: list[Row] = field(default_factory=list)
    curves: dict[str, Any] = field(default_factory=dict)

    def run(self) -> None:
        """Measure everything that was chosen. What fails is told in its row."""
        with _folder() as home:
            signal.signal(signal.SIGINT, _broken_off)
            for form in [one for one in ORDER if one in self.forms]:
                due = sorted((g for g in self.goals if form in g.forms), key=lambda g: g.order)
                if due or (self.with_open_loop and form != ALONE):
                    self._on(form, due, home / form)
        self.rows.sort(key=lambda row: (row.goal.number, ORDER.index(row.form)))

    def _on(self, name: str, due: Sequence[Goal], home: Path) -> None:
        home.mkdir(mode=0o755)
        with ExitStack() as ends:
            form = None if name == ALONE else ends.enter_context(started(name, home / "system"))
            stage = Stage(form, home, self.pace, name == DISTRIBUTED, ends)
            if form:
                self.say(f"— {name}: ready in {form.started_in:.1f} s")
            for goal in [goal for goal in due if not goal.grows]:
                self._measure(goal, name, stage)
            if form and self.with_open_loop:
                points = open_loop(form, max(self.pace.seconds, 0.5))
                self.curves.setdefault("open loop", {})[name] = [asdict(one) for one in points]
            for goal in [goal for goal in due if goal.grows]:
                self._measure(goal, name, stage)
        if (growth := home / "growth.json").exists():
            self.curves.setdefault("growth", {})[name] = json.loads(growth.read_text())

    def _measure(self, goal: Goal, name: str, stage: Stage) -> None:
        began = time.monotonic()
        found = [Row(goal, name, reading) for reading in self._readings(goal, stage)]
        self.rows += found
        for line in lines(found):
            self.say(line)
        self.say(f"     {goal.code} took {time.monotonic() - began:.0f} s")

    def _readings(self, goal: Goal, stage: Stage) -> list[Reading]:
        try:
            return goal.run(stage)
        except Exception as error:
            if os.environ.get("BENCH_RAISES"):
                raise
            why = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            return [Reading(note=f"not measured: {why}")]


def _broken_off(_number: int, _frame: object) -> None:
    """Ctrl-C is heard once: what was started is ended, however often it comes again."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def started(name: str, home: Path) -> Iterator[Form]:
    """Start a form with a mail server of the bench; end both after the block."""
    SINK.start()
    settings = {"MAIL_URL": f"smtp://127.0.0.1:{SINK.port}?tls=none"}
    form = form_of(name, home, settings)
    try:
        form.start()
        yield form
    finally:
        form.stop()
        SINK.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the engines' own users may enter, gone after the block."""
    home = Path(tempfile.mkdtemp(prefix="simpul-bench-"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def machine() -> str:
    """Say on what it is measured, and whether others use it too."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    busy = f"; it was busy otherwise, with a load of {load:.0f}" if load > cores / 2 else ""
    versions = f"Python {platform.python_version()}, {platform.system()}"
    return f"{cores} cores ({_processor()}), {memory:.0f} GiB, {versions}{busy}"


def _processor() -> str:
    try:
        lines_ = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    named = (line.partition(":")[2].strip() for line in lines_ if line.startswith("model name"))
    return next(named, platform.machine())


def to_screen(line: str) -> None:
    print(line, file=sys.stdout, flush=True)
