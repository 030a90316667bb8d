"""What our processes did so far: statements, commits, confirms, the processor time of requests.

Each process keeps its figures in a file of its own that the bench reads while it runs. What a
request does is counted apart from what happens after it was answered.
"""

import mmap
import os
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = "BENCH_TALLY"  # the setting that says where
FIELDS = (
    "requests",
    "request_cpu",  # nanoseconds
    "statements",
    "statements_after",
    "commits",
    "commits_after",
    "confirms",
)
CALLS = "calls"  # a file; while it is there, what the portal asks is written to it
_SIZE = 8 * len(FIELDS)


@dataclass
class Tally:
    """The figures of this process; a process forked from it begins its own."""

    folder: Path
    _pid: int = 0
    _view: memoryview = field(default_factory=lambda: memoryview(b""))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _inside: threading.local = field(default_factory=threading.local)

    def add(self, name: str, count: int = 1) -> None:
        with self._lock:
            if self._pid != os.getpid():
                self._open()
            self._view[FIELDS.index(name)] += count

    def note(self, kind: str) -> None:
        """Count a statement or a commit: of the request in hand, or of what comes after one."""
        self.add(kind if self._depth else f"{kind}_after")

    def asked(self, answer: Any, *given: Any) -> Any:
        """Call a WSGI app; what it calls in the same thread belongs to the same request."""
        if self._depth:
            return answer(*given)
        began, self._inside.depth = time.thread_time_ns(), 1
        try:
            return answer(*given)
        finally:
            self._inside.depth = 0
            self.add("requests")
            self.add("request_cpu", time.thread_time_ns() - began)

    @property
    def _depth(self) -> int:
        return getattr(self._inside, "depth", 0)

    def _open(self) -> None:
        self._pid = os.getpid()
        with (self.folder / str(self._pid)).open("w+b") as file:
            file.truncate(_SIZE)
            self._view = memoryview(mmap.mmap(file.fileno(), _SIZE)).cast("q")


def read(folder: Path) -> Counter[str]:
    """Add up the figures of all processes, also of those that ended."""
    total: Counter[str] = Counter()
    for path in [each for each in folder.iterdir() if each.name.isdecimal()]:
        content = path.read_bytes()
        if len(content) == _SIZE:
            total.update(dict(zip(FIELDS, memoryview(content).cast("q"), strict=True)))
    return total
