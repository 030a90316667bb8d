"""Putting a file that was made here of a person's own before them: it waits for their consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.regions import current_region
from services.documents.adapters.machinery import machinery
from services.documents.adapters.spool import Spool
from services.documents.domain import uploads
from services.documents.models import Upload, db
from services.documents.usecases import uploading


@dataclass(frozen=True)
class Proposal:
    """A checked file, whose it is, what for; of which upload it was made and by which changes."""

    owner_id: UUID
    slot: str | None
    max_bytes: int
    name: str
    spool: Spool
    pages: int
    made_from: UUID | None = None
    changes: Mapping[str, Any] | None = None


def propose(proposal: Proposal) -> UUID:
    """Keep a file as an upload that its owner may finish; return its id.

    What another request proposed meanwhile of the same upload in the same way is that one.
    Raises `TooManyOpenUploads`, `QuotaExceeded`, `StoreUnavailable` or `StoreFull`.
    """
    upload = _upload(proposal)
    spool = proposal.spool
    piece = uploading.new_piece(upload, 0, spool.size, spool.sha256)
    spool.seek(0)
    machinery().store.put(piece.object_key, spool.file, size=spool.size, sha256=spool.sha256)
    with db.transaction() as session:
        uploading.hold_open(proposal.owner_id, proposal.slot, spool.size)
        how = (proposal.changes or {}).get("how")
        if proposal.made_from and (same := proposed_of(proposal.made_from, how)):
            return same  # the sweep removes the object
        session.add(upload)
        session.flush()
        session.add(piece)
    return upload.id


def proposed_of(made_from: UUID, how: Any) -> UUID | None:
    """Find what was proposed of an upload in a way before."""
    statement = select(Upload).where(Upload.made_from == made_from, Upload.expires_at > now())
    made = db.session.scalars(statement.order_by(Upload.id))
    return next((row.id for row in made if row.changes and row.changes["how"] == how), None)


def _upload(proposal: Proposal) -> Upload:
    return Upload(
        id=uuid7(),
        region=current_region(),
        owner_id=proposal.owner_id,
        slot=proposal.slot,
        name=proposal.name,
        length=proposal.spool.size,
        received=proposal.spool.size,
        max_bytes=proposal.max_bytes,
        state=uploads.PROPOSED,
        pages=proposal.pages,
        made_from=proposal.made_from,
        changes=proposal.changes and dict(proposal.changes),
        expires_at=now() + uploads.LIFE,
    )
