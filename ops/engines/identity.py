"""Which process a number means: a pid comes back for another one, its time of birth does not."""

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROC = Path("/proc")
# Tells of every process we start which record it has: our own, and what those start.
MARK = "SIMPUL_PROCESS"
_STATE, _BORN = 0, 19  # fields of /proc/<pid>/stat behind the name
_ENDED = ("Z", "X")


@dataclass(frozen=True)
class Identity:
    """One process of this machine since it was switched on."""

    pid: int
    born: str

    @property
    def alive(self) -> bool:
        return identify(self.pid) == self

    def send(self, number: int) -> bool:
        """Send a signal to this process and no other; False when it is gone."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except OSError as error:
            # A kernel without pidfd leaves a moment between the look and the signal.
            return error.errno == errno.ENOSYS and self.alive and _sent(self.pid, number)
        try:
            if not self.alive:
                return False
            signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            return False
        finally:
            os.close(descriptor)
        return True


def identify(pid: int) -> Identity | None:
    """Return the living process of that number; one that only waits to be reaped does not live."""
    fields = _fields(pid)
    if fields is None or fields[_STATE] in _ENDED:
        return None
    return Identity(pid, f"{_boot()}/{fields[_BORN]}")


def marked(place: Path) -> Iterator[Identity]:
    """Yield the processes whose mark is this record, or one below this folder."""
    mark = f"{MARK}={place}".encode()
    for pid in _pids():
        with suppress(OSError):
            variables = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
            if any(_is_below(variable, mark) for variable in variables):
                yield from _living(pid)


def working_in(folder: Path, program: str) -> Iterator[Identity]:
    """Yield the processes of a program that work in a folder.

    Servers that write their title over their environment have no mark left.
    """
    for pid in _pids():
        with suppress(OSError):
            is_one = _link(pid, "exe").name == program
            if is_one and _link(pid, "cwd").is_relative_to(folder.resolve()):
                yield from _living(pid)


def _is_below(variable: bytes, mark: bytes) -> bool:
    return variable == mark or variable.startswith(mark + b"/")


def _link(pid: int, name: str) -> Path:
    """Read where a process has its program or its folder, also when that was replaced meanwhile."""
    return Path(str((PROC / str(pid) / name).readlink()).removesuffix(" (deleted)"))


def _living(pid: int) -> Iterator[Identity]:
    if (identity := identify(pid)) and pid != os.getpid():
        yield identity


def _pids() -> list[int]:
    return [int(path.name) for path in PROC.iterdir() if path.name.isdigit()]


def _fields(pid: int) -> list[str] | None:
    try:
        # The name before may hold anything, brackets and blanks too.
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


@cache
def _boot() -> str:
    with suppress(OSError):
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    return ""


def _sent(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
