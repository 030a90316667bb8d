"""What people wait at a rate at which they come, whether the earlier are served or not.

A closed loop asks less where it is answered slower, and hides what a queue does. Here nobody asks
less, so the knee is where it is.
"""

from dataclasses import dataclass
from itertools import repeat

from bench.driver import Load, ask, drive
from bench.forms import Form
from bench.goals.g02_inbox import fill
from bench.stats import percentile
from bench.turns import rate_of
from ops.journey.case import API

PATH = f"{API}/inbox?limit=20"
SHARES = (0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 1.0, 1.2)  # of what a closed loop does
LINES = 64


@dataclass(frozen=True)
class Point:
    """What was found at one rate; times in milliseconds."""

    rate: float
    median: float
    p99: float
    refused: int


def open_loop(form: Form, seconds: float) -> list[Point]:
    """Ask for an officer's inbox through the edge at growing rates."""
    fill(form)
    request = ask("GET", form.url + PATH, form.people.token("umpeg"))
    most = rate_of(form.url, request, seconds)()
    return [_at(form, request, share * most, seconds) for share in SHARES]


def _at(form: Form, request: bytes, rate: float, seconds: float) -> Point:
    found = drive(form.url, repeat(request), Load(LINES, seconds, rate=rate))
    times = [1000 * taken for taken in found.times]
    refused = sum(count for status, count in found.statuses.items() if status != 200)
    return Point(round(rate, 1), percentile(times, 50), percentile(times, 99), refused)
