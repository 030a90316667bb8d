"""Standard error as a file that may be moved away: what follows goes to a new one of its name.

So a log is turned by a rename alone, whoever does it, and no line is lost: what was written before
is in the file that was moved.
"""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO, cast

_OUTPUT, _ERRORS = 1, 2


class Followed:
    """Writes to standard error, after a look whether its file is still the one of that name."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, text: str) -> int:
        with suppress(OSError):  # no place, or no right to it: the old file takes this line too
            self._follow()
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def _follow(self) -> None:
        if _is(self._path, _ERRORS):
            return
        both = os.path.sameopenfile(_OUTPUT, _ERRORS)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(descriptor, _ERRORS, inheritable=True)
        if both:
            os.dup2(descriptor, _OUTPUT, inheritable=True)
        os.close(descriptor)


def errors() -> TextIO:
    """Return standard error; where it is a file with a name, as one that may be moved away."""
    with suppress(OSError):
        path = Path(f"/proc/self/fd/{_ERRORS}").readlink()
        if stat.S_ISREG(os.fstat(_ERRORS).st_mode) and _is(path, _ERRORS):
            return cast(TextIO, Followed(path))
    return sys.stderr


def _is(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
