"""Making one PDF of pictures that a person sent: they look at it before it becomes a document.

The pictures stay for a while, so that another order or another turn needs no bytes again.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast
from uuid import UUID

from sqlalchemy import update

from chassis.process.clock import now
from services.documents.adapters.machinery import machinery
from services.documents.adapters.spool import Spool
from services.documents.domain import uploads
from services.documents.domain.names import name_of_picture, shown_name
from services.documents.domain.pictures import (
    MOST_PICTURES,
    DocumentIsAPicture,
    TooManyPictures,
    picture_refusal,
)
from services.documents.domain.refusals import FileRefused
from services.documents.models import Upload, db
from services.documents.queries import upload_of
from services.documents.usecases import proposing, receiving
from services.documents.usecases.finishing import bytes_of
from services.documents.usecases.proposing import Proposal
from services.documents.usecases.uploading import Sender

_BLOCK = 1 << 16


def combine(sender: Sender, *, pages: Sequence[Mapping[str, Any]], name: str | None) -> UUID:
    """Make a PDF of uploads with a picture each, in their order, and propose it; return its id.

    It is meant for the slot that the first of them was sent for, and so must be the others.

    Raises `NotFound`, `UploadIncomplete`, `UploadOver`, a refusal that names the picture, what
    the gate says of the result, `CheckerUnavailable`, and what `propose` raises.
    """
    first = _picture(pages[0]["upload"], sender.owner_id, sender.slot)
    pictures = [_picture(page["upload"], sender.owner_id, first.slot) for page in pages]
    if len(pictures) > MOST_PICTURES:
        beyond = name_of_picture(pictures[MOST_PICTURES].name)
        raise TooManyPictures(picture=MOST_PICTURES + 1, name=beyond)
    receiving.admit(sender.owner_id)
    rotations = [page["rotate"] for page in pages]
    with (
        receiving.counted_if_busy(first),
        machinery().turns.of(str(first.owner_id)),
        _combined(pictures, rotations) as made,
    ):
        spool, count = made
        arrival = receiving.Arrival(first.owner_id, shown_name(name), spool, first.max_bytes)
        receiving.checked(arrival)
        proposed = proposing.propose(_proposal(arrival, first.slot, count))
    _keep_for_a_while(pictures)
    return proposed


def _picture(upload_id: UUID, owner_id: UUID, slot: str | None) -> Upload:
    """Find an upload whose bytes are all here and became nothing else, of any slot or of one."""
    upload: Upload = upload_of(upload_id, owner_id, slot)
    was_refused = (upload.problem or {}).get("code") == DocumentIsAPicture.code
    if upload.state != uploads.ARRIVING and not was_refused:
        raise uploads.UploadOver
    uploads.check_complete(received=upload.received, length=upload.length)
    return upload


@contextmanager
def _combined(pictures: Sequence[Upload], turns: Sequence[int]) -> Iterator[tuple[Spool, int]]:
    """Give the PDF and how many pages it has."""
    with ExitStack() as opened, TemporaryFile() as written, Spool() as spool:
        files = [opened.enter_context(bytes_of(picture)).file for picture in pictures]
        said, _ = machinery().checker.run(
            "combine",
            files,
            owner=str(pictures[0].owner_id),
            arguments={"max_bytes": pictures[0].max_bytes, "rotate": turns},
            output=cast(BinaryIO, written),
        )
        if said["code"]:
            raise _refused(said, pictures)
        written.seek(0)
        while block := written.read(_BLOCK):
            spool.write(block)
        spool.finish()
        yield spool, said["pages"]


def _refused(said: Mapping[str, Any], pictures: Sequence[Upload]) -> FileRefused:
    place = said.get("picture", 1)
    picture = pictures[place - 1]
    name = name_of_picture(picture.name)
    return picture_refusal(said["code"], picture=place, name=name, max_bytes=picture.max_bytes)


def _proposal(arrival: receiving.Arrival, slot: str | None, pages: int) -> Proposal:
    return Proposal(
        owner_id=arrival.owner_id,
        slot=slot,
        max_bytes=arrival.max_bytes,
        name=arrival.name,
        spool=arrival.spool,
        pages=pages,
    )


def _keep_for_a_while(pictures: Sequence[Upload]) -> None:
    """Let the pictures go sooner than what may still arrive: they count as open until then."""
    until = now() + uploads.REFUSED_KEPT
    with db.transaction() as session:
        of_them = Upload.id.in_([picture.id for picture in pictures])
        session.execute(update(Upload).where(of_them).values(expires_at=until))
