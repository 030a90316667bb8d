"""A file on its way through: written to disk once, hashed and counted while it passes."""

import errno
import hashlib
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self, cast

from services.documents.adapters.stores.protocol import StoreFull
from services.documents.domain.limits import MAX_BYTES
from services.documents.domain.pdf_frame import HEAD, TAIL

_BLOCK = 1 << 18
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Spool:
    """A nameless temporary file. Bytes beyond the limit are counted and thrown away.

    What is only sent on, and has at most `in_memory` bytes, needs no file: its blocks are kept as
    they came.
    """

    def __init__(self, limit: int = MAX_BYTES, *, in_memory: int = 0) -> None:
        self.limit = limit
        self.size = 0
        self._digest = hashlib.sha256()
        self._in_memory = in_memory
        self._blocks: list[bytes] = []
        self._file = None if in_memory else _new_file()

    def write(self, block: bytes) -> int:
        """Take one block. Raises `StoreFull` when the disk has no room."""
        self.size += len(block)
        if self.size > self.limit:
            return len(block)
        self._digest.update(block)
        if self._file is None and self.size <= self._in_memory:
            self._blocks.append(block)
            return len(block)
        try:
            self._on_disk().write(block)
        except OSError as error:
            raise _no_room(error) from error
        return len(block)

    @property
    def file(self) -> BinaryIO:
        """Return the file; what was kept without one is written to it now. Raises `StoreFull`."""
        if self._file is None:
            self._on_disk()
            self.finish()
        return self._on_disk()

    def _on_disk(self) -> BinaryIO:
        if self._file is None:
            self._file = _new_file()
            self._file.writelines(self._blocks)
            self._blocks.clear()
        return self._file

    def finish(self) -> None:
        """Make all that was written readable by other holders of the descriptor."""
        if self._file is None:
            return
        try:
            self._file.flush()
        except OSError as error:
            raise _no_room(error) from error
        self._file.seek(0)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def frame(self) -> tuple[bytes, bytes]:
        """Return the first and the last bytes."""
        self.file.seek(0)
        head = self.file.read(HEAD)
        self.file.seek(max(0, self.size - TAIL))
        tail = self.file.read(TAIL)
        self.file.seek(0)
        return head, tail

    def blocks(self) -> Iterator[bytes]:
        """Give all bytes, then let go of them."""
        with self:
            if self._file is None:
                yield from self._blocks
                return
            self._file.seek(0)
            while block := self._file.read(_BLOCK):
                yield block

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        return self.file.read(size)

    def close(self) -> None:
        self._blocks.clear()
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _new_file() -> BinaryIO:
    return cast(BinaryIO, tempfile.TemporaryFile())


def _no_room(error: OSError) -> Exception:
    return StoreFull() if error.errno in _NO_ROOM else error
