"""Background loops: each runs in a thread of its own, again at once while there is work."""

import os
import random
import socket
import threading
import time
from collections.abc import Iterable
from contextvars import Context

from flask import Flask

from chassis.events.bus import BusUnavailable
from chassis.http.peers import PeerUnavailable
from chassis.http.problems import is_outage
from chassis.process import runtime as runtimes
from chassis.process.loops import Loop
from chassis.process.telemetry import LOOP_FAILURES, log

_LONGEST_PAUSE = 30.0
# Asking a broker or a database that is away costs little, and its return is to be noticed soon.
_LONGEST_OUTAGE_PAUSE = 5.0


def identity_of_worker() -> str:
    """Name this process among all that work on a database."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Worker:
    """Runs the loops of one or more apps until stopped."""

    def __init__(self, *apps: Flask) -> None:
        self._apps = apps
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for app in self._apps:
            for loop in runtimes.of(app).loops:
                name = f"{app.name}:{loop.name}"
                thread = threading.Thread(
                    target=self._keep_running, args=(app, loop), name=name, daemon=True
                )
                thread.start()
                self._threads.append(thread)

    def stop(self, timeout: float = 15.0) -> bool:
        """Let all loops finish what they have in hand; True when they ended within `timeout`."""
        deadline = time.monotonic() + timeout
        self._stopping.set()
        for loop in self._loops():
            loop.wake.set()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        ended = not any(thread.is_alive() for thread in self._threads)
        self._threads.clear()
        return ended

    def _loops(self) -> Iterable[Loop]:
        return (loop for app in self._apps for loop in runtimes.of(app).loops)

    def _keep_running(self, app: Flask, loop: Loop) -> None:
        failures = 0
        while not self._stopping.is_set():
            loop.wake.clear()
            # What a turn binds, in any context variable, is gone with it.
            rest, failed = Context().run(_turn, app, loop)
            failures = failures + 1 if failed else 0
            if rest and not self._stopping.is_set():
                loop.wake.wait(_pause(failures, rest) if failed else rest)
        loop.wake.set()  # whoever shares it ends too
        if loop.stop is not None:
            with app.app_context():
                loop.stop()


def _turn(app: Flask, loop: Loop) -> tuple[float, bool]:
    """Return how long to rest, not at all after work; after a failure, True, at most so long."""
    try:
        with app.app_context():
            runtimes.of(app).db.read_clock()
            worked = loop.run()
            if loop.wake.is_set():
                return 0.0, False
            if runtimes.of(app).is_told_of_commits:
                return loop.rest(worked=worked), False
            return 0.0 if worked else loop.every, False
    except BusUnavailable as error:
        longest = _LONGEST_OUTAGE_PAUSE
        log.warning("bus_unavailable", service=app.name, loop=loop.name, reason=str(error))
    except PeerUnavailable as error:
        longest = _LONGEST_OUTAGE_PAUSE
        log.warning("peer_unavailable", service=app.name, loop=loop.name, reason=str(error))
    except Exception as error:  # noqa: BLE001 - a loop must outlive whatever its work raises
        longest = _failed(app, loop, error)
    LOOP_FAILURES.labels(app.name, loop.name).inc()
    return longest, True


def _failed(app: Flask, loop: Loop, error: Exception) -> float:
    if is_outage(error):
        log.warning("database_unavailable", service=app.name, loop=loop.name)
        return _LONGEST_OUTAGE_PAUSE
    log.error("loop_failed", service=app.name, loop=loop.name, exc_info=error)
    return _LONGEST_PAUSE


def _pause(failures: int, longest: float) -> float:
    most = min(longest, 0.2 * 2 ** min(failures, 10))
    return random.uniform(most / 2, most)  # noqa: S311 - spreads load


def drain(*apps: Flask, turns: int = 2000) -> None:
    """Run the apps' loops in this thread until none finds work.

    For tests and one-off commands. Raises what a loop raises, and `RuntimeError` when the work
    does not end within `turns`.
    """
    for _ in range(turns):
        # Every loop gets its turn, also after one that found work.
        if sum(_turn_in_test(app, loop) for app in apps for loop in _drained(app)) == 0:
            return
    raise RuntimeError(f"still busy after {turns} turns")


def _drained(app: Flask) -> list[Loop]:
    return [loop for loop in runtimes.of(app).loops if loop.drained]


def _turn_in_test(app: Flask, loop: Loop) -> bool:
    def run() -> bool:
        with app.app_context():
            return loop.run()

    return Context().run(run)


__all__ = ["Loop", "Worker", "drain", "identity_of_worker"]
