"""A hard limit on a conversation with a provider or a store.

A socket's own timeout starts anew with every byte, so a server that answers one byte a second
would hold a thread for hours. This closes the socket when the time is up.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from heapq import heappop, heappush

from chassis.process.telemetry import log


class TookTooLong(OSError):
    """The conversation was cut off at its limit."""


@contextmanager
def time_limit(sock: Callable[[], socket.socket | None], seconds: float) -> Iterator[None]:
    """Cut the connection when the block takes longer; raise `TookTooLong` for what then fails.

    `sock` is asked when the time is up, because STARTTLS replaces a connection's socket.
    """
    fired = threading.Event()

    def cut() -> None:
        fired.set()
        if (present := sock()) is not None:
            with suppress(OSError):
                # The plain socket's own method: TLS must not be unpicked under a reader.
                socket.socket.shutdown(present, socket.SHUT_RDWR)

    alarm = _ALARMS.add(seconds, cut)
    try:
        yield
    except Exception as error:
        if fired.is_set():
            raise TookTooLong(f"no end after {seconds:g} s") from error
        raise
    finally:
        _ALARMS.remove(alarm)


@dataclass(order=True)
class _Alarm:
    at: float
    ring: Callable[[], None] | None = field(compare=False)  # None once it is removed


class _Alarms:
    """One thread for all: a thread for each conversation would cost more than many of them.

    An alarm rings under the lock, so none rings once it is removed: the connection may be
    somebody else's by then.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start with nothing: also in a forked process, which threads do not follow."""
        self._changed = threading.Condition()
        self._due: list[_Alarm] = []
        self._is_watched = False

    def add(self, seconds: float, ring: Callable[[], None]) -> _Alarm:
        alarm = _Alarm(time.monotonic() + seconds, ring)
        with self._changed:
            heappush(self._due, alarm)
            if not self._is_watched:
                self._is_watched = True
                threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
            elif self._due[0] is alarm:
                self._changed.notify()
        return alarm

    def remove(self, alarm: _Alarm) -> None:
        with self._changed:
            alarm.ring = None

    def _watch(self) -> None:
        with self._changed:
            while True:
                self._ring_what_is_due()
                self._changed.wait(self._due[0].at - time.monotonic() if self._due else None)

    def _ring_what_is_due(self) -> None:
        while self._due and (self._due[0].ring is None or self._due[0].at <= time.monotonic()):
            alarm = heappop(self._due)
            try:
                if alarm.ring is not None:
                    alarm.ring()
            except Exception:  # noqa: BLE001 - whatever it was, the others' alarms go on
                log.exception("watchdog_failed")


_ALARMS = _Alarms()
os.register_at_fork(after_in_child=_ALARMS.begin)
