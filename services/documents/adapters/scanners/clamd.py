"""ClamAV's daemon, asked over its own protocol: one connection per question.

A file travels in chunks, each after its length; length 0 ends it. The answer ends with a zero byte.
"""

import re
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from struct import Struct
from typing import BinaryIO, Self
from urllib.parse import urlsplit

from chassis.process.telemetry import log
from services.documents.adapters.scanners.protocol import (
    Clean,
    Found,
    ScannerTooLarge,
    ScannerUnavailable,
    ScannerUrlInvalid,
    Signatures,
)

_PORT = 3310
_CHUNK = 1 << 16
_LENGTH = Struct(">I")
_LONGEST_ANSWER = 4096
_SHOWN = 120
# Of a file of 10 MB clamd needs a second or two; one that takes longer than this is stuck or busy.
_PATIENCE, _PATIENCE_WITH_VERSION = 20.0, 2.0
_FOUND = re.compile(r"stream: ([^\0]+) FOUND")
_TOO_LARGE = "INSTREAM size limit exceeded. ERROR"
_VERSION = re.compile(r"ClamAV [^/]+(?:/\d+/(.+))?")


class Clamd:
    """A daemon at a host and port, or at a socket of this machine."""

    def __init__(self, address: str | tuple[str, int], *, patience: float = _PATIENCE) -> None:
        self._address = address
        self._patience = patience

    @classmethod
    def from_url(cls, url: str) -> "Clamd":
        """Read `clamd://host:port` or `clamd:/path/to/socket`. Raises `ScannerUrlInvalid`."""
        parts = urlsplit(url)
        if parts.hostname and not parts.path:
            return cls((parts.hostname, parts.port or _PORT))
        if parts.netloc or not re.fullmatch("/[^/].*", parts.path):
            raise ScannerUrlInvalid("must be clamd://host:port or clamd:/path/to/socket")
        return cls(parts.path)

    def scan(self, file: BinaryIO) -> Clean | Found:
        """Read the whole file. Raises `ScannerUnavailable` or `ScannerTooLarge`."""
        answer = self._ask(b"zINSTREAM\0", self._patience, file)
        if answer == "stream: OK":
            return Clean()
        if found := _FOUND.fullmatch(answer):
            return Found(found[1][:_SHOWN])
        log.error("scanner_refused", answer=answer[:_SHOWN])
        raise ScannerTooLarge if answer == _TOO_LARGE else ScannerUnavailable

    def signatures(self) -> Signatures:
        """Tell of when the signatures are. Raises `ScannerUnavailable`."""
        answer = self._ask(b"zVERSION\0", _PATIENCE_WITH_VERSION)
        said = _VERSION.fullmatch(answer)
        if said is None:
            raise ScannerUnavailable
        return Signatures(answer[:_SHOWN], _moment(said[1]))

    def _ask(self, question: bytes, patience: float, file: BinaryIO | None = None) -> str:
        try:
            with _Line(self._address, patience) as line:
                # Whoever refuses a file hangs up before its end, having said why.
                with suppress(BrokenPipeError, ConnectionResetError):
                    line.send(question)
                    if file is not None:
                        line.send_file(file)
                return line.answer()
        except OSError as error:
            raise ScannerUnavailable from error


class _Line:
    """One connection that ends at a deadline, however slowly the other side goes on."""

    def __init__(self, address: str | tuple[str, int], patience: float) -> None:
        self._deadline = time.monotonic() + patience
        if isinstance(address, tuple):
            self._socket = socket.create_connection(address, timeout=patience)
            return
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._in_time().connect(address)
        except OSError:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def send(self, block: bytes) -> None:
        self._in_time().sendall(block)

    def send_file(self, file: BinaryIO) -> None:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            self.send(_LENGTH.pack(len(chunk)) + chunk)
        self.send(_LENGTH.pack(0))

    def answer(self) -> str:
        """Return the whole answer. Raises `ConnectionError` for half of one, or for none."""
        answer = b""
        while not answer.endswith(b"\0"):
            part = self._in_time().recv(_LONGEST_ANSWER)
            answer += part
            if not part or len(answer) > _LONGEST_ANSWER:
                raise ConnectionError("no whole answer")
        return answer[:-1].decode(errors="replace")

    def _in_time(self) -> socket.socket:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._socket


def _moment(text: str | None) -> datetime | None:
    """Read C's `ctime`; of the zone of the daemon, which it does not say, so up to a day off."""
    try:
        return datetime.strptime(text or "", "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
