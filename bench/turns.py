"""Ways are measured in turns, A B A B, so that what else the machine does falls on all alike."""

import gc
from collections.abc import Callable, Iterator
from itertools import repeat

from bench.driver import Driven, Load, drive
from bench.forms import Form, Used
from bench.registry import Costs

Way = Callable[[], float]


def in_turns(rounds: int, *ways: Way) -> list[list[float]]:
    """Return what each way gave in each round; the first time, which warms up, is left out."""
    for way in ways:
        way()
    found: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for way, figures in zip(ways, found, strict=True):
            gc.collect()
            figures.append(way())
    return found


def rate_of(url: str, request: bytes, seconds: float, lines: int = 8) -> Way:
    """Return a way that asks the same again and again: how many were answered in a second."""

    def way() -> float:
        return asked(url, repeat(request), Load(lines, seconds)).rate

    return way


def asked(url: str, requests: Iterator[bytes], load: Load) -> Driven:
    return drive(url, requests, load).must_be(200, 201, 202, 204)


def costs_of(form: Form, way: Callable[[], int]) -> Costs:
    """Do something, and say what one of it took; `way` returns how many there were."""
    before = form.used()
    done = way()
    return each(form.used().since(before), done)


def each(used: Used, done: int) -> Costs:
    """Share what was used among so many, with what came after the answers."""
    counted = used.counted
    return Costs(
        cpu_ms=1000 * used.cpu / done,
        statements=(counted["statements"] + counted["statements_after"]) / done,
        commits=(counted["commits"] + counted["commits_after"]) / done,
        confirms=counted["confirms"] / done,
    )


def in_requests(used: Used, done: int) -> Costs:
    """Share what requests alone used among so many."""
    counted = used.counted
    cpu = counted["request_cpu"] / 1e6 / done
    return Costs(cpu, counted["statements"] / done, counted["commits"] / done)
