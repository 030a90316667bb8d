"""The checker process's loop: take a file descriptor, fork a limited child, say how it ended.

It has one thread and no library state but the loaded PDF library, so forking is cheap and safe.
When the web process goes away, so do this process and its children.
"""

import os
import select
import signal
import socket
import time
from dataclasses import dataclass

from services.documents.adapters.checker.child import become_inspector
from services.documents.adapters.checker.inspection import set_library_limits
from services.documents.adapters.checker.verdict import Usage
from services.documents.domain.limits import InspectionLimits

_AT_ONCE = 4


@dataclass
class _Child:
    answers: socket.socket
    deadline: float
    overdue: bool = False


class Server:
    """Forks one child per request, at most four at once; the rest wait in the socket."""

    def __init__(self, requests: socket.socket, limits: InspectionLimits) -> None:
        self.requests = requests
        self.limits = limits
        self.children: dict[int, _Child] = {}
        self.wake, self._waker = socket.socketpair()
        self.wake.settimeout(0)
        self._waker.settimeout(0)

    def run(self) -> None:
        """Serve until the other end of the request socket is closed."""
        set_library_limits(self.limits)
        # It ends with the web process, not before: files in hand are answered first.
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        while self._turn():
            self._stop_overdue()
            self._bury()
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)

    def _turn(self) -> bool:
        """Wait for a request, a child's end or a deadline; False when nobody will ask again."""
        watched = [self.wake]
        if len(self.children) < _AT_ONCE:
            watched.append(self.requests)
        ready, _, _ = select.select(watched, [], [], self._patience())
        if self.wake in ready:
            self.wake.recv(4096)
        return self.requests not in ready or self._take()

    def _patience(self) -> float | None:
        if not self.children:
            return None
        nearest = min(child.deadline for child in self.children.values())
        return max(0.0, nearest - time.monotonic()) + 0.01

    def _take(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self.requests, 1, 2)
        if not message:
            return False
        file, answers = descriptors[0], socket.socket(fileno=descriptors[1])
        pid = os.fork()
        if not pid:
            self._let_go()
            become_inspector(file, answers, self.limits)
        os.close(file)
        self.children[pid] = _Child(answers, time.monotonic() + self.limits.wall_seconds)
        return True

    def _let_go(self) -> None:
        """In the child: keep no end of anybody else's conversation open."""
        signal.set_wakeup_fd(-1)
        for end in (self.requests, self.wake, self._waker):
            end.close()
        for child in self.children.values():
            child.answers.close()

    def _stop_overdue(self) -> None:
        now = time.monotonic()
        for pid, child in self.children.items():
            if now >= child.deadline and not child.overdue:
                child.overdue = True
                os.kill(pid, signal.SIGKILL)

    def _bury(self) -> None:
        while self.children:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if not pid:
                return
            child = self.children.pop(pid)
            cpu = usage.ru_utime + usage.ru_stime
            with child.answers:
                _say(child.answers, Usage(_ended(status, child), usage.ru_maxrss, round(cpu, 3)))


def _ended(status: int, child: _Child) -> str:
    if child.overdue:
        return "overdue"
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return "crashed" if os.WEXITSTATUS(status) else "normally"


def _say(answers: socket.socket, usage: Usage) -> None:
    try:
        answers.sendall(usage.line())
    except OSError:  # whoever asked has gone; nobody needs the answer
        return
