"""Who may have a thread now, and who waits for one.

Requests that think long, such as sign-ins with their slow password hashes, are few at once: a
burst of them waits in its own lane and leaves the other threads to everybody else. Nobody waits
for minutes: while the first of a lane has waited too long, further ones are turned away.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ops.arrival import Arrival

LONGEST_WAIT = 15.0  # seconds; then a person has tried again, and nobody reads the first answer
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
ANSWERED_AT_ONCE = frozenset({"/livez", "/readyz", "/metrics"})


@dataclass
class Lane:
    """Requests of one kind: how many have a thread, and who waits since when."""

    at_once: int
    begun: int = 0
    waiting: deque[tuple[float, Any]] = field(default_factory=deque)

    def is_stuck(self, now: float) -> bool:
        """Tell whether whoever came now would wait too long."""
        return bool(self.waiting) and now - self.waiting[0][0] > LONGEST_WAIT

    def begin(self, conn: Any, now: float) -> bool:
        """Tell whether a request may begin; otherwise it waits for its turn."""
        if self.begun < self.at_once:
            self.begun += 1
            return True
        self.waiting.append((now, conn))
        return False

    def end(self) -> Any:
        """Return whose turn it is now that one has its answer, or None."""
        if self.waiting:
            return self.waiting.popleft()[1]
        self.begun -= 1
        return None


class Lanes:
    """The lanes of one process: one of all requests, and one of each route that has its own."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lanes: dict[str, Lane] = {}

    def of(self, asked: Arrival) -> Lane | None:
        """Return the lane of a request; None where an answer never waits.

        A route's own lane is for what is sent to it: its pages are shown to everybody at once.
        """
        if asked.path in ANSWERED_AT_ONCE:
            return None
        own = asked.method not in _READING and asked.route.at_once
        name, at_once = (asked.route.prefix, own) if own else ("", self._at_once)
        if name not in self._lanes:
            self._lanes[name] = Lane(at_once)
        return self._lanes[name]
