"""Mending a file that was refused, when its owner asks for what was offered.

The original stays as it is until it expires, and nothing takes its place: the result is proposed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast
from uuid import UUID

from services.documents.adapters.machinery import machinery
from services.documents.adapters.spool import Spool
from services.documents.domain.mends import DocumentNotMendable, MendNotOffered, not_mended
from services.documents.models import Upload
from services.documents.queries import upload_of
from services.documents.usecases import proposing, receiving
from services.documents.usecases.finishing import bytes_of
from services.documents.usecases.proposing import Proposal
from services.documents.usecases.uploading import Sender

_BLOCK = 1 << 16


def mend(upload_id: UUID, sender: Sender, *, how: str) -> UUID:
    """Make what was offered of a refused upload, and propose it; return the new upload's id.

    Asked again, it is the same one. Raises `NotFound`, `MendNotOffered`, `DocumentSigned`,
    `DocumentNotMendable`, `DocumentNotSmaller`, what the gate says of the result, and what
    `propose` raises.
    """
    original = upload_of(upload_id, sender.owner_id, sender.slot)
    if how not in (original.problem or {}).get("offers", ()):
        raise MendNotOffered
    if before := proposing.proposed_of(original.id, how):
        return before
    receiving.admit(original.owner_id)
    with (
        receiving.counted_if_busy(original),
        machinery().turns.of(str(original.owner_id)),
        bytes_of(original) as content,
        _mended(original, content, how) as (spool, changes),
    ):
        arrival = receiving.Arrival(original.owner_id, original.name, spool, original.max_bytes)
        if receiving.checked(arrival).pages != changes["pages"]:
            raise DocumentNotMendable
        return proposing.propose(_proposal(original, spool, changes))


@contextmanager
def _mended(original: Upload, content: Spool, how: str) -> Iterator[tuple[Spool, dict[str, Any]]]:
    arguments = {"how": how, "max_bytes": original.max_bytes}
    with TemporaryFile() as written:
        said, _ = machinery().checker.run(
            "mend",
            content.file,
            owner=str(original.owner_id),
            arguments=arguments,
            output=cast(BinaryIO, written),
        )
        if "code" in said:
            raise not_mended(said["code"], max_bytes=original.max_bytes)
        with Spool() as spool:
            written.seek(0)
            while block := written.read(_BLOCK):
                spool.write(block)
            spool.finish()
            yield spool, said["changes"]


def _proposal(original: Upload, spool: Spool, changes: dict[str, Any]) -> Proposal:
    return Proposal(
        owner_id=original.owner_id,
        slot=original.slot,
        max_bytes=original.max_bytes,
        name=original.name,
        spool=spool,
        pages=changes["pages"],
        made_from=original.id,
        changes=changes,
    )
