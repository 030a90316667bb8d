"""What many tests begin with: made once in a run, by whoever needs it first, and copied by all.

The folder of a run is made in `tests/conftest.py`; the processes of one run share it.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chassis.process import ids

FOLDER = "SIMPUL_TEST_TEMPLATES"


@contextmanager
def one_run() -> Iterator[None]:
    """Have a folder for templates; within a run that has one nothing changes."""
    if FOLDER in os.environ:
        yield
        return
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="simpul-templates-")
    try:
        yield
    finally:
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


def template(name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder that `make` filled, for copying; nobody works in it."""
    place = Path(os.environ[FOLDER])
    made = place / name
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            draft = place / f"{name}.new"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            # A test that moved the clock may have left this process ahead of the others: what they
            # add to a copy must come after what the template holds.
            ids._last = 0
            make(draft)
            draft.rename(made)
    return made
