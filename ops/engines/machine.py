"""What servers of ours need of a machine: their program, a user, a folder, a free port."""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

_PORTS = range(12_000, 32_768)  # below those Linux gives to connections going out
_PORTS_TRIED = 100


class EngineMissing(Exception):
    """A program is not installed; `packages` names Debian's packages that bring it."""

    def __init__(self, program: str, *packages: str) -> None:
        super().__init__(f"{program} is not installed (Debian: {' '.join(packages)})")
        self.packages = packages


class EngineFailed(Exception):
    """A server did not come up; the message ends with the last lines it wrote."""


def free_port() -> int:
    """Return a port that is free now, and outside the range of outgoing connections.

    The kernel chooses from that range, so a port could be taken before a slow server binds it.
    """
    for _ in range(_PORTS_TRIED):
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise EngineFailed(f"no free port of {_PORTS_TRIED} tried")


def find(program: str, *packages: str, also: Sequence[str] = ()) -> str:
    """Return a program's path; raise `EngineMissing`."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *also])
    executable = shutil.which(program, path=path)
    if executable is None:
        raise EngineMissing(program, *packages)
    return executable


def unprivileged(user: str) -> str | None:
    """Return `user` when we are root and it exists: servers that refuse root run as it."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(user).pw_name
    return None


def own_folder(folder: Path, user: str | None) -> Path:
    """Make a folder that `user` can enter and write."""
    folder.mkdir(parents=True, exist_ok=True)
    if user is not None:
        shutil.chown(folder, user)
    folder.chmod(0o700)
    return folder


def answers(port: int) -> bool:
    """Tell whether a port of this machine accepts connections."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
