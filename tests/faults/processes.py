"""Killing and freezing an engine with all its processes, whichever sessions they made."""

import os
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.builders.beside import BESIDE


def children():
    """The children of every process of this machine."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            found.setdefault(parent, []).append(int(stat.parent.name))
    return found


def family(pid):
    """The process and all that descend from it."""
    tree, found = children(), [pid]
    for parent in found:
        found += tree.get(parent, [])
    return found


def send(number, pids):
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def kill(child):
    """End a server as a power cut would, and return when nothing of it is left."""
    pids = family(child.pid)
    send(signal.SIGKILL, pids)
    child.kill()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 20)


@contextmanager
def frozen(pids):
    send(signal.SIGSTOP, pids)
    try:
        yield
    finally:
        send(signal.SIGCONT, pids)


def wait_for(condition, seconds):
    """Return how long it took until the condition held; fails when it does not in time."""
    began, longest = time.monotonic(), seconds + 4 * BESIDE
    while not (held := condition()):
        assert time.monotonic() - began < longest, f"not within {longest} s: {held!r}"
        time.sleep(0.05)
    return time.monotonic() - began
