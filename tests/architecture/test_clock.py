"""Who works on a database has one clock, which goes by the database's."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THE_CLOCK = "chassis/process/clock.py"
MACHINES = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "clock_gettime"),
    ("func", "now"),
    ("func", "current_timestamp"),
}


def machines_clock_in(source: str) -> Iterator[str]:
    """Name each place where the machine's clock is read, or a name for it imported."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                if (owner, name) in MACHINES:
                    yield f"{node.lineno}: {owner}.{name}"
            case ast.ImportFrom(module="time"):
                yield from (
                    f"{node.lineno}: time.{alias.name}"
                    for alias in node.names
                    if ("time", alias.name) in MACHINES
                )


def modules() -> list[str]:
    paths = [
        path for top in ("chassis", "staff", "services") for path in (ROOT / top).rglob("*.py")
    ]
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


@pytest.mark.parametrize(
    "code",
    [
        "datetime.now(UTC)",
        "dt.datetime.now()",
        "date.today()",
        "time.time()",
        "from time import time",
        "select(func.now())",
    ],
)
def test_the_machines_clock_is_recognised(code):
    assert list(machines_clock_in(code))


@pytest.mark.parametrize("code", ["clock.now()", "now()", "time.monotonic()", "from time import x"])
def test_other_clocks_are_not_it(code):
    assert not list(machines_clock_in(code))


def test_leases_claims_retries_and_timers_go_by_the_one_clock():
    """Two machines that disagree about the time agree about whose turn it is."""
    found = {
        f"{name}:{place}"
        for name in modules()
        if name != THE_CLOCK
        for place in machines_clock_in((ROOT / name).read_text("utf-8"))
    }

    assert not found
    assert list(machines_clock_in((ROOT / THE_CLOCK).read_text("utf-8")))
