"""A background job, as data; `chassis.run.worker` runs it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Loop:
    """A background job. `run` works a little and returns True when it found something to do.

    `every` is the pause in seconds after a turn without work, unless `wake` is set before.
    `drained` False keeps the loop out of `chassis.run.worker.drain()`.
    """

    name: str
    run: Callable[[], bool]
    every: float = 0.5
    drained: bool = True
    stop: Callable[[], None] | None = None
    wake: threading.Event = field(default_factory=threading.Event)
