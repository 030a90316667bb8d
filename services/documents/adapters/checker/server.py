"""The checker process's loop: take a task with its files, fork a limited child when it is its
owner's turn, say how it ended.

It has one thread and no library state but the loaded libraries, so forking is cheap and safe. Like
its children it has no network and no file where the kernel allows that.
When the web process goes away, so do this process and its children.
"""

import os
import select
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chassis.process.confinement import settle
from services.documents.adapters.checker import protocol
from services.documents.adapters.checker.child import Child
from services.documents.adapters.checker.inspection import set_library_limits
from services.documents.adapters.checker.loading import load_lazily
from services.documents.adapters.checker.protocol import Request, Usage
from services.documents.adapters.checker.tasks import TASKS, Task
from services.documents.domain.limits import InspectionLimits
from services.documents.domain.turns import Turns

_AT_ONCE = 4


@dataclass(eq=False)
class _Asked:
    """A task with its descriptors, and whoever waits for the answer at the other end."""

    request: Request
    descriptors: list[int]
    answers: socket.socket

    def child(self) -> Child:
        files, output = self.descriptors, None
        if self.request.has_output:
            *files, output = files
        return Child(files, output, self.answers)

    def let_go(self) -> None:
        while self.descriptors:
            os.close(self.descriptors.pop())

    def close(self, last: bytes) -> None:
        """Say the last word; nobody needs it if whoever asked has gone."""
        self.let_go()
        with self.answers:
            try:
                self.answers.sendall(last)
            except OSError:
                return


@dataclass
class _Running:
    asked: _Asked
    deadline: float
    cpu_seconds: float
    overdue: bool = False


class Server:
    """Forks a child per task: four at once, one for each owner, the owners in turn."""

    def __init__(
        self,
        requests: socket.socket,
        limits: InspectionLimits,
        tasks: Mapping[str, Task] = TASKS,
    ) -> None:
        self.requests = requests
        self.limits = limits
        self.tasks = tasks
        self.turns = Turns[_Asked](_AT_ONCE)
        self.waiting: list[_Asked] = []
        self.running: dict[int, _Running] = {}
        self.of_libraries: frozenset[int] = frozenset()
        self.wake, self._waker = socket.socketpair()
        self.wake.settimeout(0)
        self._waker.settimeout(0)

    def run(self) -> None:
        """Serve until the other end of the request socket is closed."""
        set_library_limits(self.limits)
        self.of_libraries = load_lazily()
        settle()
        # It ends with the web process, not before: files in hand are answered first.
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        while self._turn():
            self._stop_overdue()
            self._bury()
            while asked := self.turns.begin():
                self._fork(asked)
        for pid in self.running:
            os.kill(pid, signal.SIGKILL)

    def _turn(self) -> bool:
        """Wait for a request, an end or a deadline; False when nobody will ask again."""
        askers = {asked.answers: asked for asked in self._all()}
        watched = [self.wake, self.requests, *askers]
        ready, _, _ = select.select(watched, [], [], self._patience())
        if self.wake in ready:
            self.wake.recv(4096)
        for answers in askers.keys() & set(ready):
            self._drop(askers[answers])
        return self.requests not in ready or self._take()

    def _all(self) -> Iterator[_Asked]:
        yield from self.waiting
        yield from (running.asked for running in self.running.values() if not running.overdue)

    def _patience(self) -> float | None:
        if not self.running:
            return None
        nearest = min(running.deadline for running in self.running.values())
        return max(0.0, nearest - time.monotonic()) + 0.01

    def _take(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self.requests, 1, 1)
        if not message:
            return False
        answers = socket.socket(fileno=descriptors[0])
        asked = _Asked(*Request.receive(answers), answers)
        if asked.request.task not in self.tasks:
            asked.close(Usage(protocol.UNKNOWN).line())
        elif self.turns.join(asked.request.owner, asked):
            self.waiting.append(asked)
        else:
            asked.close(Usage(protocol.ENOUGH_WAITING).line())
        return True

    def _drop(self, asked: _Asked) -> None:
        """Spend nothing more on a task for which nobody waits any more."""
        if asked in self.waiting:
            self.waiting.remove(asked)
            self.turns.leave(asked.request.owner, asked)
            asked.close(b"")
            return
        for pid, running in self.running.items():
            if running.asked is asked:
                self._stop(pid)

    def _fork(self, asked: _Asked) -> None:
        self.waiting.remove(asked)
        task = self.tasks[asked.request.task]
        limits = task.limits(self.limits)
        pid = os.fork()
        if not pid:
            signal.set_wakeup_fd(-1)
            asked.child().run(task.work, asked.request.arguments, limits, self.of_libraries)
        asked.let_go()
        deadline = time.monotonic() + limits.wall_seconds
        self.running[pid] = _Running(asked, deadline, limits.cpu_seconds)

    def _stop_overdue(self) -> None:
        now = time.monotonic()
        for pid, running in self.running.items():
            if now >= running.deadline and not running.overdue:
                self._stop(pid)

    def _stop(self, pid: int) -> None:
        self.running[pid].overdue = True
        os.kill(pid, signal.SIGKILL)

    def _bury(self) -> None:
        while self.running:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if not pid:
                return
            running = self.running.pop(pid)
            request = running.asked.request
            self.turns.end(request.owner)
            cpu = usage.ru_utime + usage.ru_stime
            ended = self._ended(status, running, cpu)
            said = Usage(ended, usage.ru_maxrss, round(cpu, 3))
            running.asked.close(said.line(self.tasks[request.task].too_much))

    @staticmethod
    def _ended(status: int, running: _Running, cpu: float) -> str:
        """Say how a child ended: its computing time judges the file, the clock never does."""
        if os.WIFSIGNALED(status) and cpu >= running.cpu_seconds:
            return protocol.COMPUTED_TOO_LONG
        if running.overdue:
            return protocol.OVERDUE
        if os.WIFSIGNALED(status):
            return signal.Signals(os.WTERMSIG(status)).name
        return protocol.CRASHED if os.WEXITSTATUS(status) else protocol.NORMALLY
