"""Where tests keep their files: in memory where there is room, since a disk makes them wait.

The tests end processes, never the power, so what was written is there all the same. What proves a
promise about disks is `./simpul prove`, which stays on the disk.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
ROOM = 6 * 2**30
_PREFIX = "simpul-tests-"
OPEN = 0o711  # PostgreSQL and RabbitMQ enter it as users of their own


@contextmanager
def in_memory(environ: Mapping[str, str], place: Path = MEMORY) -> Iterator[dict[str, str]]:
    """Give the environment for processes whose temporary files are gone after the block.

    A TMPDIR that is set stands, and its files are kept.
    """
    if "TMPDIR" in environ or not _has_room(place):
        yield dict(environ)
        return
    _tidy(place)
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place)
    Path(folder).chmod(OPEN)
    try:
        yield {**environ, "TMPDIR": folder}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tidy(place: Path) -> None:
    """Remove what tests left that were killed: memory does not come back by itself."""
    for folder in place.glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _has_room(place: Path) -> bool:
    return os.access(place, os.W_OK) and shutil.disk_usage(place).free >= ROOM
