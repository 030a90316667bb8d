"""What people were promised, written down outside the system before and after each request.

One JSON line per entry, on the disk before the harness goes on: `attempt` before a request is
sent, `ack` when a 2xx came back. Whatever else happened may or may not have taken effect.
"""

import json
import os
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass
class Operation:
    """One thing somebody wanted: its idempotency key, what it was about, what came of it."""

    key: str
    what: str
    about: str
    facts: dict[str, Any]
    answer: dict[str, Any] | None = None

    @property
    def acknowledged(self) -> bool:
        return self.answer is not None


@dataclass
class Ledger:
    """Append-only; safe for many threads."""

    path: Path
    operations: dict[str, Operation] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._file = self.path.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        with self._lock:
            self._file.close()

    def attempt(self, key: str, what: str, about: str, **facts: Any) -> None:
        with self._lock:
            self.operations[key] = Operation(key, what, about, facts)
            self._write(entry="attempt", key=key, what=what, about=about, **facts)

    def ack(self, key: str, **answer: Any) -> None:
        with self._lock:
            self.operations[key].answer = answer
            self._write(entry="ack", key=key, **answer)

    def answered(self, status: int) -> None:
        """Count an answer; 0 stands for a connection that broke."""
        with self._lock:
            self.statuses[status] += 1

    def refused(self, key: str, status: int, words: str) -> str:
        """An answer nobody should have got: neither success nor "try again". Returns the line."""
        with self._lock:
            told = f"{self.operations[key].what}: {status} {words} ({key})"
            self.refusals.append(told)
            self._write(entry="refused", key=key, status=status, told=told)
        return told

    def of(self, *whats: str) -> list[Operation]:
        with self._lock:
            return [operation for operation in self.operations.values() if operation.what in whats]

    def _write(self, **entry: Any) -> None:
        if self._file.closed:
            sys.exit("the run is over")  # ends the thread of a clerk still at work, without a word
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
