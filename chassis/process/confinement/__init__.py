"""What a process gives up before it works on strangers' files: for ever, and its children too.

Three layers of the Linux kernel, each of which may be missing where Simpul runs. What they are for
are the promises, and `tried` says which of those hold, because it tries.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from chassis.process.confinement import landlock, namespaces, seccomp
from chassis.process.confinement.kernel import call

_SET_PARENT_DEATH_SIGNAL = 1
SET_NO_NEW_PRIVILEGES = 38
_LINUX = sys.platform == "linux"
# What needs to be done once, before the fork, and what each child does for itself.
LAYERS: Mapping[str, Callable[[], None]] = {
    "namespaces": namespaces.leave,
    "landlock": landlock.restrict,
    "seccomp": seccomp.restrict,
}
_OF_EACH_CHILD = ("landlock", "seccomp")


def settle() -> None:
    """Give up root, the network and all files: once, for a process and its later children."""
    if _LINUX:
        namespaces.leave_root()
        missing("namespaces")
        with suppress(OSError):
            seccomp.prepared()  # once, instead of in each child


def confine() -> None:
    """Give up in a child whatever else is possible here; everything it needs is open or loaded."""
    if _LINUX:
        call("prctl", _SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        call("prctl", SET_NO_NEW_PRIVILEGES, 1)
        for layer in _OF_EACH_CHILD:
            missing(layer)


def missing(layer: str) -> str:
    """Put on a layer; return why it is not to be had here, or nothing."""
    try:
        LAYERS[layer]()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def tried() -> Mapping[str, bool]:
    """Say for each promise whether it holds in this process, by trying what it forbids."""
    return {
        "network": _fails(_send),
        "files": _fails(_read),
        "processes": _fails(_signal) and _fails(_fork),
    }


def _fails(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError:
        return True
    return False


def _send() -> None:
    """Address a datagram to this machine, which every process with a network can."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", 9))


def _read() -> None:
    os.close(os.open(sys.executable, os.O_RDONLY))


def _signal() -> None:
    os.kill(os.getppid(), 0)


def _fork() -> None:
    if not (child := os.fork()):
        os._exit(0)
    os.waitpid(child, 0)
