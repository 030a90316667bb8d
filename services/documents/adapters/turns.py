"""A person's files are looked at one after another, whichever process of this machine does it.

A turn is a name that a socket holds: the kernel lets one socket have it, and takes it back when
the process ends, however that ends. Nothing is written anywhere, so nothing is left behind.
"""

import errno
import hashlib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from services.documents.adapters.checker.client import ChecksWaiting
from services.documents.domain.turns import MOST_WAITING

_RUNNING, *_WAITING = range(1 + MOST_WAITING)
_LOOK_EVERY = 0.02
# Less than the edge waits for an answer.
_PATIENCE = 20.0


class MachineTurns:
    """One of an owner's files is worked on, two wait; more are told to come again.

    Installations of one machine do not meet: the names are made with their secrets.
    """

    def __init__(self, secret: str, patience: float = _PATIENCE) -> None:
        self._secret = secret
        self._patience = patience

    @contextmanager
    def of(self, owner: str) -> Iterator[None]:
        """Do the block in an owner's turn, once. Raises `ChecksWaiting`."""
        with self._turn(owner):
            yield

    def name(self, owner: str, place: int) -> str:
        """Return what the kernel calls a place: it tells nobody whose."""
        said = f"{self._secret}:turn:{owner}:{place}"
        return f"simpul-turn-{hashlib.sha256(said.encode()).hexdigest()}"

    def _turn(self, owner: str) -> socket.socket:
        if turn := self._taken(owner, _RUNNING):
            return turn
        places = (self._taken(owner, place) for place in _WAITING)
        with next(filter(None, places), nullcontext()) as waiting:
            end = time.monotonic() + (self._patience if waiting else 0)
            while time.monotonic() < end:
                time.sleep(_LOOK_EVERY)
                if turn := self._taken(owner, _RUNNING):
                    return turn
        raise ChecksWaiting

    def _taken(self, owner: str, place: int) -> socket.socket | None:
        """Take a place; None when somebody has it. Where no names are held, it is free."""
        turn = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            turn.bind(f"\0{self.name(owner, place)}")
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                turn.close()
                return None
        return turn
