"""A clock that a test sets, for itself and for processes it starts.

A process is started by it as `python -m tests.builders.clock FILE serve proposal …`, which is the
product's own command in a process whose time follows FILE. Only the calendar's time is moved:
what waits and times out (monotonic time) goes on as ever, as when a machine's clock is set.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import minio.time
import time_machine

from chassis.data.db import Database
from ops.main import main

_REAL = time_machine.escape_hatch
_LOOK_EVERY = 0.02


def real_time() -> float:
    """What the machine's clock shows, whatever the time of the test."""
    return _REAL.time.time() if _REAL.is_travelling() else time.time()


@dataclass
class Clock:
    """The time of this process while `at` lasts, and of all that were started by `command`."""

    file: Path
    _here: Any = field(default=None)

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", __spec__.name, str(self.file)]

    @contextmanager
    def at(self, moment: str) -> Iterator[None]:
        """Begin at an instant such as "2026-04-10T09:00:00+07:00" and go on from there."""
        with time_machine.travel(datetime.fromisoformat(moment)) as self._here:
            self.move_to(moment)
            yield

    def move_to(self, moment: str, *, still: bool = False) -> None:
        """Set the clock; `still` stops it there. Other processes follow in an instant."""
        at = datetime.fromisoformat(moment).timestamp()
        setting = {"at": at, "since": real_time(), "still": still}
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps(setting))
        draft.replace(self.file)
        _set(self._here, setting)


def _set(traveller: Any, setting: dict[str, Any]) -> None:
    passed = 0.0 if setting["still"] else real_time() - setting["since"]
    traveller.move_to(setting["at"] + passed, tick=not setting["still"])
    time.time()  # a moved clock begins to tick when it is first looked at


def follow(file: Path) -> None:
    """Travel to where the file says, and on when it says something else; forks do too."""
    told = file.read_text()
    traveller = time_machine.travel(0).start()
    _set(traveller, json.loads(told))

    def watch(told: str) -> None:
        while True:
            if (now_told := file.read_text()) != told:
                told = now_told
                _set(traveller, json.loads(told))
            time.sleep(_LOOK_EVERY)

    def start() -> None:
        threading.Thread(target=watch, args=(told,), daemon=True).start()

    start()
    os.register_at_fork(after_in_child=start)


def keep_it() -> None:
    """A database server has the machine's clock; what is tested is another day for all alike."""
    Database.read_clock = lambda _db: None  # type: ignore[method-assign]


def sign_by_real_time() -> None:
    """An S3 server has the machine's clock and refuses a signature of another day."""
    minio.time.utcnow = lambda: datetime.fromtimestamp(real_time(), UTC)


if __name__ == "__main__":
    follow(Path(sys.argv[1]))
    keep_it()
    sign_by_real_time()
    sys.exit(main(sys.argv[2:]))
