"""A background job, as data; `chassis.run.worker` runs it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# A commit wakes the loop it concerns. This catches a wake-up that was lost, and what a release
# committed that tells nobody.
LONGEST_REST = 30.0


class SharedWake(threading.Event):
    """A wake-up of several loops that do the same: each time it is set, it is for one of them."""

    def __init__(self) -> None:
        super().__init__()
        self._taking = threading.Lock()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set and take it away, or until the time is over."""
        end = time.monotonic() + (LONGEST_REST if timeout is None else timeout)
        while super().wait(max(0.0, end - time.monotonic())):
            with self._taking:
                if self.is_set():
                    self.clear()
                    return True
        return False


@dataclass
class Loop:
    """A background job. `run` works a little and returns True when it found something to do.

    `every` is the pause in seconds after a turn without work, unless `wake` is set before. A loop
    that tells by `due` in how many seconds its next work can be done rests until then, for
    `LONGEST_REST` at most, and after a turn without work for `every` at least; whoever commits work
    for it wakes it by its `topic`, which is its name if nothing else is said. `due` is asked after
    each turn, so one that found as much as it takes at once says 0 without looking.
    `drained` False keeps the loop out of
    `chassis.run.worker.drain()`.
    """

    name: str
    run: Callable[[], bool]
    every: float = 0.5
    due: Callable[[], float] | None = None
    topic: str = ""
    drained: bool = True
    stop: Callable[[], object] | None = None
    wake: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.topic = self.topic or self.name

    def rest(self, *, worked: bool = False) -> float:
        """Return how long to pause after a turn, which found work or did not."""
        if self.due is None or self.every >= LONGEST_REST:
            return 0.0 if worked else self.every
        return min(max(0.0 if worked else self.every, self.due()), LONGEST_REST)
