"""A store in a folder: written beside, synced, then renamed into place."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from services.documents.adapters.stores.protocol import (
    ObjectMissing,
    Sink,
    StoreFull,
    StoreUnavailable,
    StoreUrlInvalid,
    checked_key,
)

_INCOMING = ".incoming"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BLOCK = 1 << 16


class FolderStore:
    """Objects as files readable by the owner only, under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / _INCOMING

    @classmethod
    def from_url(cls, url: str) -> "FolderStore":
        """Read `file:/absolute/folder`. Raises `StoreUrlInvalid`."""
        path = Path(url.removeprefix("file:").replace("//", "/"))
        if not path.is_absolute():
            raise StoreUrlInvalid("file: must be followed by an absolute folder")
        return cls(path)

    def put(self, key: str, content: BinaryIO, *, size: int, sha256: str) -> None:
        target = self._path(key)
        with _as_refusals():
            _make_folder(self.incoming)
            waiting = self.incoming / f"{token_hex(16)}.part"
            try:
                self._write(waiting, content, size=size, sha256=sha256)
                _make_folder(target.parent, below=self.root)
                waiting.rename(target)
                _sync_folder(target.parent)
            except BaseException:
                with suppress(OSError):
                    waiting.unlink(missing_ok=True)
                raise

    def read(self, key: str, into: Sink) -> None:
        with _as_refusals():
            try:
                with self._path(key).open("rb") as source:
                    shutil.copyfileobj(source, into, _BLOCK)
            except FileNotFoundError:
                raise ObjectMissing(key) from None

    def delete(self, key: str) -> None:
        with _as_refusals():
            self._path(key).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[str]:
        for path in self.root.rglob("*"):
            if self.incoming not in path.parents and _is_older(path, moment):
                yield path.relative_to(self.root).as_posix()

    def check(self) -> None:
        with _as_refusals():
            _make_folder(self.incoming)
        if not os.access(self.incoming, os.W_OK):
            raise StoreUnavailable

    def tidy(self, moment: datetime) -> int:
        left = [path for path in self.incoming.glob("*.part") if _is_older(path, moment)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _path(self, key: str) -> Path:
        return self.root / checked_key(key)

    @staticmethod
    def _write(path: Path, content: BinaryIO, *, size: int, sha256: str) -> None:
        digest, written = hashlib.sha256(), 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            while block := content.read(_BLOCK):
                target.write(block)
                digest.update(block)
                written += len(block)
            target.flush()
            os.fsync(target.fileno())
        if (written, digest.hexdigest()) != (size, sha256):
            raise StoreUnavailable


@contextmanager
def _as_refusals() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise (StoreFull if error.errno in _NO_ROOM else StoreUnavailable) from error


def _make_folder(folder: Path, below: Path | None = None) -> None:
    """Make a folder and its parents, each recorded durably in the one above."""
    if folder.is_dir():
        return
    if below is not None and folder != below:
        _make_folder(folder.parent, below)
    folder.mkdir(mode=0o700, parents=below is None, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        return path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment
    except FileNotFoundError:  # swept by somebody else meanwhile
        return False
