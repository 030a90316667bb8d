"""What documents asks of a store, and how a store says that it cannot."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, ClassVar, Protocol

from chassis.kernel.errors import Refused, Unavailable
from services.documents.domain.quotas import BUSY_RETRY_SECONDS

_KEY = re.compile(r"[a-z0-9-]+(?:/[a-z0-9-]+)*")


class StoreUnavailable(Unavailable):
    """The store does not answer, or answers nonsense. Nothing was kept; try again later."""

    code = "store_unavailable"
    retry_after: ClassVar[int] = BUSY_RETRY_SECONDS
    text: ClassVar = {
        "id": "Tempat penyimpanan berkas sedang tidak dapat dihubungi. Coba lagi sebentar.",
        "en": "The file store cannot be reached just now. Try again in a moment.",
    }


class StoreFull(Refused):
    """There is no room left. Nothing was kept."""

    kind = "disk_full"
    code = "store_full"
    text: ClassVar = {
        "id": "Tempat penyimpanan berkas penuh. Hubungi pengelola sistem; berkas belum tersimpan.",
        "en": "The file store is full. Tell the system's operator; the file was not kept.",
    }


class ObjectMissing(Exception):
    """The store has no object of this key, though the database says it should."""


class StoreUrlInvalid(ValueError):
    """`STORE_URL` cannot be understood."""


class Sink(Protocol):
    """Takes an object's bytes, block by block."""

    def write(self, block: bytes, /) -> int: ...


class ObjectStore(Protocol):
    """Keeps whole objects under keys we make. An object exists whole or not at all.

    Every method may raise `StoreUnavailable`.
    """

    def put(self, key: str, content: BinaryIO, *, size: int, sha256: str) -> None:
        """Keep `content` durably, having checked that exactly these bytes arrived.

        Raises `StoreFull`.
        """
        ...

    def read(self, key: str, into: Sink) -> None:
        """Copy the object's bytes. Raises `ObjectMissing`."""
        ...

    def delete(self, key: str) -> None:
        """Remove the object; one that is not there is removed already."""
        ...

    def older_than(self, moment: datetime) -> Iterator[str]:
        """Name the objects last written before the moment."""
        ...

    def check(self) -> None:
        """Raise `StoreUnavailable` when the store cannot be used; answers within 2 s."""
        ...

    def tidy(self, moment: datetime) -> int:
        """Remove what interrupted writes before the moment left behind; say how many."""
        ...


def checked_key(key: str) -> str:
    """Return the key if it cannot lead outside the store."""
    if not _KEY.fullmatch(key):
        raise ValueError("not an object key")
    return key
