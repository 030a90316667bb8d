"""What is left to send of an answer: no thread waits for whoever reads it slowly.

A thread sends what the connection takes within a moment. The rest is kept, and the loop that waits
for all connections sends it, as nginx does.
"""

import time
from collections.abc import Callable
from errno import ECONNRESET
from io import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import Any

from ops.arrival import LEAST_RATE, NoRoom, Room

PATIENCE = 0.1  # seconds of a thread, for all of an answer: fast readers need no room
PATIENCE_WITHOUT_ROOM = 1.0  # for each piece
LONGEST_WRITE = 120.0  # without anything being taken
_PIECE = 65_536
_PIECES_AT_ONCE = 16  # of one connection, before others have their turn


class Departure:
    """An answer on its way, in the place of the socket that it is written to."""

    def __init__(self, sock: Any, room: Room, network: str, clock: Callable[[], float]) -> None:
        self.network = network
        self.until = 0.0
        self._sock, self._room, self._clock = sock, room, clock
        self._patience = PATIENCE
        self._kept = self._sent = 0
        self._file: SpooledTemporaryFile[bytes] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    @property
    def is_done(self) -> bool:
        return self._sent == self._kept

    def sendall(self, data: bytes) -> None:
        """Send what is taken at once, and keep the rest. Raises `OSError`."""
        rest = memoryview(data)
        if self.is_done:
            rest = rest[self._send(rest) :]
        if not rest:
            return
        try:
            self._room.take(self.network, len(rest))
        except NoRoom:
            self._wait(rest)
            return
        self._kept += len(rest)
        if self._file is None:
            self._file = SpooledTemporaryFile(_PIECE)  # noqa: SIM115 - see `close`
        self._file.seek(0, SEEK_END)
        self._file.write(rest)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> None:
        """Send `count` bytes of a file, as a socket does."""
        file.seek(offset)
        left = count
        while piece := file.read(_PIECE if left is None else min(left, _PIECE)):
            self.sendall(piece)
            left = None if left is None else left - len(piece)

    def begin(self) -> None:
        """Leave the rest to the loop, which never waits for it."""
        self._sock.settimeout(0)
        self.until = self._clock() + LONGEST_WRITE

    def send_on(self) -> None:
        """Send what is taken now; each byte buys time. Raises `OSError`."""
        for _ in range(_PIECES_AT_ONCE):
            piece = self._next_piece()
            try:
                sent = self._sock.send(piece) if piece else 0
            except (BlockingIOError, InterruptedError):
                return
            self._sent += sent
            bought = min(self.until + sent / LEAST_RATE, self._clock() + LONGEST_WRITE)
            self.until = max(self.until, bought)
            if sent < _PIECE:
                return

    def close(self) -> None:
        """Let go of what was kept, sent or not."""
        if self._file is not None:
            self._file.close()
        self._room.give_back(self.network, self._kept)
        self._kept = self._sent = 0

    def _send(self, data: memoryview) -> int:
        before, sent = self._sock.gettimeout(), 0
        while sent < len(data) and self._patience > 0:
            began = time.monotonic()
            self._sock.settimeout(self._patience)
            try:
                sent += self._sock.send(data[sent:])
            except TimeoutError:
                break
            finally:
                self._patience -= time.monotonic() - began
                self._sock.settimeout(before)
        return sent

    def _wait(self, rest: memoryview) -> None:
        """Send all, to whoever takes it fast enough: there is no room to keep it."""
        before = self._sock.gettimeout()
        self._sock.settimeout(PATIENCE_WITHOUT_ROOM)
        try:
            while piece := self._next_piece():
                self._sent += self._sock.send(piece)
            while rest:
                rest = rest[self._sock.send(rest[:_PIECE]) :]
        except TimeoutError as error:
            raise ConnectionResetError(ECONNRESET, "read too slowly") from error
        finally:
            self._sock.settimeout(before)

    def _next_piece(self) -> bytes:
        if self._file is None:
            return b""
        self._file.seek(self._sent)
        return self._file.read(min(_PIECE, self._kept - self._sent))
