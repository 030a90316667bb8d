"""The bus inside one process: it puts an event into each hearer's inbox, then returns."""

import threading
from collections.abc import Collection, Iterable, Sequence
from math import inf

from chassis.events.bus import Store
from chassis.events.envelope import Event
from chassis.process.loops import Loop

_buses: dict[str, "MemoryBus"] = {}
_lock = threading.Lock()


def bus(name: str) -> "MemoryBus":
    """Return the process's bus of that name; services that share the name hear each other."""
    with _lock:
        return _buses.setdefault(name, MemoryBus())


class MemoryBus:
    """Hearers by name; the last registration of a name stands."""

    keep_alive_every = inf

    def __init__(self) -> None:
        self._hearers: dict[str, tuple[frozenset[str], Store]] = {}

    def publish(self, events: Sequence[Event]) -> Iterable[bool]:
        hearers = list(self._hearers.values())
        for types, store in hearers:
            if heard := [event for event in events if event.type in types]:
                store(heard)
        return [any(event.type in types for types, _ in hearers) for event in events]

    def hear(self, hearer: str, types: Collection[str], store: Store) -> Sequence[Loop]:
        self._hearers[hearer] = (frozenset(types), store)
        return ()

    def declare(self, hearer: str, types: Collection[str]) -> None:
        """Nothing to declare: hearing is enough."""

    def keep_alive(self) -> None:
        """Nothing to keep alive."""

    def check(self) -> None:
        """Always there."""

    def depth(self, hearer: str) -> int:  # noqa: ARG002 - it hands over at once
        """Nothing waits in between."""
        return 0

    def close(self) -> None:
        self._hearers.clear()
