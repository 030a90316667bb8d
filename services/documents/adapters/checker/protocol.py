"""How a task and its answer travel between the web process, the server and the child.

The asker makes a pair of sockets, writes the request with the files' descriptors into one end
and hands the other end over. Over the same pair come back the child's answer and, last, what
the server says of the child's end.
"""

import json
import signal
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MOST_FILES = 60
MOST_ASKED = 16_384
MOST_ANSWERED = 1 << 20

NORMALLY = "normally"
CRASHED = "crashed"
OVERDUE = "overdue"
ENOUGH_WAITING = "enough waiting"
UNKNOWN = "unknown"
COMPUTED_TOO_LONG = signal.SIGXCPU.name
# Nobody's fault but the machine's: stopped by the clock, or killed by somebody else.
UNFINISHED = (OVERDUE, signal.SIGKILL.name)

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """A task's name, whose it is, its arguments; `has_output` says the last descriptor is one."""

    task: str
    owner: str
    arguments: Answer
    has_output: bool

    def send(self, asker: socket.socket, descriptors: list[int]) -> None:
        """Write the request. Raises `ValueError` when it is more than a small message."""
        message = line(asdict(self))
        if len(message) > MOST_ASKED or len(descriptors) > MOST_FILES:
            raise ValueError(self.task)
        socket.send_fds(asker, [message], descriptors)

    @classmethod
    def receive(cls, answers: socket.socket) -> "tuple[Request, list[int]]":
        """Read a request that was written before this end of the pair was handed over."""
        message, descriptors, _, _ = socket.recv_fds(answers, MOST_ASKED, MOST_FILES)
        return cls(**json.loads(message)), descriptors


@dataclass(frozen=True)
class Usage:
    """How a task ended and what it cost, said by the server after the child ended."""

    ended: str
    peak_kib: int = 0
    cpu_seconds: float = 0.0

    def line(self, instead: Answer | None = None) -> bytes:
        """Write the last line of an answer; `instead` counts when the child did not end well."""
        return line({**asdict(self), "instead": instead or {}})


def line(said: Answer) -> bytes:
    return json.dumps(said).encode() + b"\n"


def read_answer(answer: bytes) -> tuple[dict[str, Any], Usage] | None:
    """Read a whole answer, or return None when its last line is missing."""
    lines = answer.split(b"\n")
    if lines[-1] or len(lines) < 2:
        return None
    ending = json.loads(lines[-2])
    if "ended" not in ending:
        return None
    instead = ending.pop("instead")
    usage = Usage(**ending)
    if usage.ended != NORMALLY or len(lines) < 3:
        return instead, usage
    return json.loads(lines[0]), usage
