"""Letting a person look at a file of their own before it becomes a document, page by page."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import Any, BinaryIO, cast
from uuid import UUID

from chassis.kernel.errors import NotFound
from services.documents.adapters.checker.client import ChecksWaiting
from services.documents.adapters.machinery import machinery
from services.documents.adapters.spool import Spool
from services.documents.domain.uploads import PROPOSED, REFUSED
from services.documents.models import Upload
from services.documents.queries import upload_of
from services.documents.usecases.finishing import bytes_of
from services.documents.usecases.uploading import Sender

# As wide as a telephone shows it sharply, and as a desk does beside another one.
WIDTH = 900
_TRIES = 12
_PAUSE = 0.4
# As many as a browser asks for at once, of the sixteen that a process answers at once.
_waiting = BoundedSemaphore(6)


def proposed_file(upload_id: UUID, sender: Sender) -> tuple[Upload, Spool]:
    """Give an owner the bytes of what was proposed. Raises `NotFound` or `UploadLost`."""
    upload = upload_of(upload_id, sender.owner_id, sender.slot)
    if upload.state != PROPOSED:
        raise NotFound
    return upload, bytes_of(upload)


def page_picture(upload_id: UUID, sender: Sender, page: int) -> bytes:
    """Draw a page of what was proposed, or of what was refused, as a JPEG.

    Raises `NotFound` where there is no such page or it cannot be drawn, `UploadLost`, or
    `CheckerUnavailable`.
    """
    upload = upload_of(upload_id, sender.owner_id, sender.slot)
    if upload.state not in (PROPOSED, REFUSED):
        raise NotFound
    with bytes_of(upload) as spool, TemporaryFile() as written:
        said = _drawn(spool, upload, page, cast(BinaryIO, written))
        if "code" in said:
            raise NotFound
        written.seek(0)
        return written.read()


def _drawn(spool: Spool, upload: Upload, page: int, output: BinaryIO) -> dict[str, Any]:
    """Have a page drawn; a browser asks for several at once, and each waits for its turn."""
    for _ in range(_TRIES):
        with suppress(ChecksWaiting):
            return _drawn_now(spool, upload, page, output)
        with _patient() as may_wait:
            if not may_wait:
                break
            time.sleep(_PAUSE)
    raise ChecksWaiting


def _drawn_now(spool: Spool, upload: Upload, page: int, output: BinaryIO) -> dict[str, Any]:
    owner, arguments = str(upload.owner_id), {"page": page, "width": WIDTH}
    with machinery().turns.of(owner):
        said, _ = machinery().checker.run(
            "page", spool.file, owner=owner, arguments=arguments, output=output
        )
    return said


@contextmanager
def _patient() -> Iterator[bool]:
    """Say whether one more request may wait here: some threads stay free for everybody else."""
    may_wait = _waiting.acquire(blocking=False)
    try:
        yield may_wait
    finally:
        if may_wait:
            _waiting.release()
