"""Tasks for the tests of the checker itself; they run in its limited child."""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

from services.documents.adapters.checker.tasks import Task
from services.documents.domain.limits import InspectionLimits

Said = Mapping[str, Any]


def _join(
    files: Sequence[BinaryIO],
    arguments: Said,
    output: BinaryIO | None,
    _limits: InspectionLimits,
) -> Said:
    whole = b"".join(file.read() for file in files) + arguments.get("last", "").encode()
    return {"files": len(files), "written": output.write(whole) if output else None}


def _hold(_files: object, _arguments: Said, gate: BinaryIO | None, _limits: object) -> Said:
    """Say at a gate, which is a socket, that it runs, and wait there."""
    assert gate is not None
    os.write(gate.fileno(), b"!")
    os.read(gate.fileno(), 1)
    return {}


def _raise() -> Said:
    raise ZeroDivisionError


def _crash() -> Said:
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}


def _die() -> Said:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def _stop() -> Said:
    os.kill(os.getpid(), signal.SIGSTOP)
    return {}


def _compute() -> Said:
    while True:
        pass


def _talk() -> Said:
    return {"words": "x" * 2_000_000}


def _ignoring(work: Callable[[], Said]) -> Task:
    return Task(lambda *_given: work(), too_much={"too": "much"})


TASKS = {
    "join": Task(_join, too_much={"too": "much"}),
    "hold": Task(_hold, too_much={}),
    "raise": _ignoring(_raise),
    "crash": _ignoring(_crash),
    "die": _ignoring(_die),
    "stop": _ignoring(_stop),
    "compute": _ignoring(_compute),
    "talk": _ignoring(_talk),
}
