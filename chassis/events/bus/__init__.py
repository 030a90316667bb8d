"""The bus: for speed only. The truth is each service's log (`chassis.events.feed`)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from chassis.events.envelope import Event
from chassis.process.loops import Loop

Store = Callable[[Sequence[Event]], None]


class BusUnavailable(Exception):
    """The bus cannot take or give messages now; try again later."""


class BusMisconfigured(Exception):
    """The broker has a queue or exchange of that name that is not ours as it should be.

    Trying again does not help; the message says what does.
    """


class Bus(Protocol):
    """Takes events from publishers and hands them to each hearer's inbox."""

    def publish(self, events: Sequence[Event]) -> Iterable[bool]:
        """Hand events over in their order, and tell of each in turn what became of it.

        True: some hearer's queue has it. False: nobody hears it. Raises `BusUnavailable` at the
        first that is not known to be safe; what was not asked for may not even have been sent.
        """

    def hear(self, hearer: str, types: Collection[str], store: Store) -> Sequence[Loop]:
        """Have `store` called with events of `types` as they come, several at once; returns the
        loops that need running.
        """

    def declare(self, hearer: str, types: Collection[str]) -> None:
        """Make what the hearer needs exist on the broker; safe to repeat.

        Raises `BusUnavailable`, or `BusMisconfigured` when somebody must look after it.
        """

    @property
    def keep_alive_every(self) -> float:
        """Seconds within which `keep_alive` is to be called again."""

    def keep_alive(self) -> None:
        """Keep an idle publisher's connection alive."""

    def check(self) -> None:
        """Raise `BusUnavailable` when the bus does not answer."""

    def depth(self, hearer: str) -> int:
        """Return how many messages wait for a hearer. Raises `BusUnavailable`."""

    def close(self) -> None: ...
