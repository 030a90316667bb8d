"""Whose work comes next: everybody's in turn, and nobody's piles up."""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")
MOST_WAITING = 2


class Turns(Generic[T]):
    """Work of several owners for a few places: one at once and two waiting for each owner."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._running: set[str] = set()
        self._waiting: dict[str, deque[T]] = {}

    def join(self, owner: str, work: T) -> bool:
        """Let work wait for its turn; False when its owner has enough of it waiting."""
        queue = self._waiting.setdefault(owner, deque())
        if len(queue) >= MOST_WAITING + (owner not in self._running):
            return False
        queue.append(work)
        return True

    def begin(self) -> T | None:
        """Take the work whose turn it is, if a place is free."""
        if len(self._running) >= self._places:
            return None
        owner = next((name for name in self._waiting if name not in self._running), None)
        if owner is None:
            return None
        self._running.add(owner)
        work = self._waiting[owner][0]
        self.leave(owner, work)
        return work

    def end(self, owner: str) -> None:
        """Say that the owner's running work has ended: now all others come first."""
        self._running.remove(owner)
        if queue := self._waiting.pop(owner, None):
            self._waiting[owner] = queue

    def leave(self, owner: str, work: T) -> None:
        """Take work out that nobody waits for any more."""
        queue = self._waiting[owner]
        queue.remove(work)
        if not queue:
            del self._waiting[owner]
