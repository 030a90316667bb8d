"""A background job, as data; `chassis.run.worker` runs it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

# A commit wakes the loop it concerns. This catches a wake-up that was lost, and what a release
# committed that tells nobody.
LONGEST_REST = 30.0


@dataclass
class Loop:
    """A background job. `run` works a little and returns True when it found something to do.

    `every` is the pause in seconds after a turn without work, unless `wake` is set before. A loop
    that tells by `due` in how many seconds its next work can be done rests until then, for `every`
    at least and `LONGEST_REST` at most; whoever commits work for it wakes it by its `topic`, which
    is its name if nothing else is said. `drained` False keeps the loop out of
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

    def rest(self) -> float:
        """Return how long to pause after a turn without work."""
        if self.due is None or self.every >= LONGEST_REST:
            return self.every
        return min(max(self.every, self.due()), LONGEST_REST)
