"""A process whose machine's clock is wrong by as much as a file says, and changes as it does.

Only the calendar's time is moved, as when somebody sets a machine's clock. By itself this is a
worker of the tiny service: `python -m tests.builders.off_clock FILE SETTINGS.json`.
"""

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import minio.time
import time_machine

from tests.builders.clock import real_time

_LOOK_EVERY = 0.05


def put_off(file: Path) -> None:
    """Set this process's clock off by the seconds in `file`, 0 while there is none; forks too."""
    traveller = time_machine.travel(real_time()).start()
    _set(traveller, _seconds(file))

    def watch() -> None:
        told = _seconds(file)
        while True:
            if (seconds := _seconds(file)) != told:
                told = seconds
                _set(traveller, told)
            time.sleep(_LOOK_EVERY)

    def start() -> None:
        threading.Thread(target=watch, daemon=True).start()

    start()
    os.register_at_fork(after_in_child=start)
    # An S3 server refuses who is wrong by more than a quarter of an hour.
    minio.time.utcnow = lambda: datetime.fromtimestamp(real_time(), UTC)


def say(file: Path, seconds: float) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(str(seconds))
    draft.replace(file)


def _seconds(file: Path) -> float:
    try:
        return float(file.read_text())
    except FileNotFoundError:
        return 0.0


def _set(traveller: Any, seconds: float) -> None:
    traveller.move_to(real_time() + seconds, tick=True)
    time.time()  # a moved clock begins to tick when it is first looked at


def main(settings: Path) -> None:
    """Work until the process is ended."""
    from chassis.run.worker import Worker
    from tests.builders.letters.app import create_app

    worker = Worker(create_app(json.loads(settings.read_text())))
    sys.stdout.write("working\n")
    sys.stdout.flush()
    worker.start()
    threading.Event().wait()


if __name__ == "__main__":
    put_off(Path(sys.argv[1]))
    main(Path(sys.argv[2]))
