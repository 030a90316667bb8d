"""Tasks for the tests of the checker itself; they run in its limited child."""

import ctypes
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from services.documents.adapters.checker.tasks import TASKS as REAL_TASKS
from services.documents.adapters.checker.tasks import Task
from services.documents.domain.limits import InspectionLimits

Said = Mapping[str, Any]
_LIBRARY = ctypes.CDLL(None, use_errno=True)
_ATTACH = 16


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
    signal.raise_signal(signal.SIGSEGV)
    return {}


def _die() -> Said:
    signal.raise_signal(signal.SIGKILL)
    return {}


def _stop() -> Said:
    signal.raise_signal(signal.SIGSTOP)
    return {}


def _compute() -> Said:
    while True:
        pass


def _talk() -> Said:
    return {"words": "x" * 2_000_000}


def _connect(_files: object, arguments: Said, _output: object, _limits: object) -> Said:
    with socket.socket() as client:
        client.connect(("127.0.0.1", arguments["port"]))
    return {}


def _send() -> Said:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", 9))
    return {}


def _read() -> Said:
    return {"read": Path("/etc/passwd").read_text()}


def _list() -> Said:
    return {"found": [path.name for path in Path("/proc").iterdir()]}


def _write(_files: object, arguments: Said, _output: object, _limits: object) -> Said:
    Path(arguments["path"]).write_text("x")
    return {}


def _fork() -> Said:
    if not os.fork():
        os._exit(0)
    return {}


def _start() -> Said:
    os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {})
    return {}


def _become() -> Said:
    os.execv(sys.executable, [sys.executable, "-c", ""])


def _signal_parent() -> Said:
    os.kill(os.getppid(), 0)
    return {}


def _signal_all() -> Said:
    os.kill(-1, 0)
    return {}


def _trace_parent() -> Said:
    if _LIBRARY.ptrace(_ATTACH, os.getppid(), 0, 0):
        raise OSError(ctypes.get_errno(), "ptrace")
    return {}


def _have_more() -> Said:
    try:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError as error:
        raise OSError from error
    return {}


def _scribble() -> Said:
    """Write to whatever is open; say how much of it took that, beside the way back and errors."""
    written = []
    for descriptor in range(3, 200):
        try:
            written.append(os.pwrite(descriptor, b"SCRIBBLE", 0))
        except OSError:
            continue
    return {"written": len(written)}


def _refused(attempt: Any) -> Task:
    """Do what should not be possible, and tell whether the kernel refused."""

    def work(*given: Any) -> Said:
        try:
            attempt(*given[: attempt.__code__.co_argcount])
        except OSError:
            return {"refused": True}
        return {"refused": False}

    return Task(work, too_much={"too": "much"})


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
    "connect": _refused(_connect),
    "send": _refused(_send),
    "read": _refused(_read),
    "list": _refused(_list),
    "write": _refused(_write),
    "fork": _refused(_fork),
    "start": _refused(_start),
    "become": _refused(_become),
    "signal its parent": _refused(_signal_parent),
    "signal everybody": _refused(_signal_all),
    "trace its parent": _refused(_trace_parent),
    "have more memory": _refused(_have_more),
    "scribble": _ignoring(_scribble),
    "protections": REAL_TASKS["protections"],
    "talk": _ignoring(_talk),
}
