"""What a forked child does before and after it looks at a stranger's file."""

import ctypes
import io
import os
import resource
import signal
import socket
import sys
import traceback

from services.documents.adapters.checker.inspection import inspect
from services.documents.domain.limits import MAX_BYTES, InspectionLimits

_SET_PARENT_DEATH_SIGNAL = 1
_SET_NO_NEW_PRIVILEGES = 38
CRASHED = 3


def become_inspector(file: int, answers: socket.socket, limits: InspectionLimits) -> None:
    """Inspect one file, answer and end the process; it never returns."""
    try:
        _restrict(limits)
        with io.BytesIO(os.pread(file, MAX_BYTES, 0)) as content:
            answers.sendall(inspect(content, limits).line())
        os._exit(0)
    except BaseException:  # noqa: BLE001 - the process must end here, whatever happened
        _report()
        os._exit(CRASHED)


def _restrict(limits: InspectionLimits) -> None:
    _ask_kernel(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    _ask_kernel(_SET_NO_NEW_PRIVILEGES, 1)
    os.nice(5)
    cpu = limits.cpu_seconds
    for which, soft, hard in (
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(which, (soft, hard))
    sys.stdin.close()


def _ask_kernel(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _report() -> None:
    """Say where our own code failed, never what was in the file."""
    for frame in traceback.extract_tb(sys.exc_info()[2])[-3:]:
        sys.stderr.write(f"checker: {frame.filename}:{frame.lineno} {sys.exc_info()[0]}\n")
    sys.stderr.flush()
