"""A server as a child process: on a free port, logging to a file, stopped in any case."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass
class Child:
    """One running server process with its whole process group."""

    command: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    cwd: Path | None = None
    stop_signal: int = signal.SIGTERM
    withheld: tuple[str, ...] = ()  # prefixes of variables that are not inherited
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        if self._process is None:
            raise EngineFailed(f"{self.command[0]} was not started")
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**self._inherited(), **self.env},
                cwd=self.cwd,
                user=self.user,
                start_new_session=True,
            )

    def _inherited(self) -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if not k.startswith(self.withheld)}

    def wait_until(self, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until the server is ready; raise `EngineFailed` when it ends or is late."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive:
                raise EngineFailed(f"{self.command[0]} ended at once:\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise EngineFailed(f"{self.command[0]} is not ready:\n{self.last_lines()}")
            time.sleep(0.05)

    def stop(self, seconds: float = 20) -> None:
        """Ask the server to end; after `seconds` kill it."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def signal(self, number: int) -> None:
        """Send a signal to the server itself; raises `EngineFailed` when it is not running."""
        if self._process is None or not self.alive:
            raise EngineFailed(f"{self.command[0]} is not running")
        self._process.send_signal(number)

    def kill(self) -> None:
        """End the server and its children with SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(20)

    def last_lines(self, count: int = 15) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
        return ""
