"""Taking in a file that another service made for somebody: checked and kept like an upload.

It does not count for the owner's day, because the owner did not send it.
"""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from services.documents.domain.making import MadeAs, MadeOtherwise, OwnerUnknown
from services.documents.models import PEOPLE, Document, db
from services.documents.usecases.receiving import (
    Arrival,
    Kept,
    add,
    check_and_store,
    receipt_of,
)

Made = tuple[UUID, str]


def made_before(made_as: MadeAs) -> Made:
    """Find a file that a service made in the bound region, with a receipt. Raises `NotFound`."""
    document = db.one(_of(made_as))
    return document.id, receipt_of(document)


def keep(arrival: Arrival) -> Kept | None:
    """Check and store a file; None when it is here already.

    Raises `OwnerUnknown`, `MadeOtherwise`, and what `check_and_store` raises.
    """
    if arrival.owner_id not in PEOPLE.names([arrival.owner_id]):
        raise OwnerUnknown
    document = _same(arrival)
    db.session.close()  # no connection is held while the file is checked and stored
    return None if document else check_and_store(arrival)


def record(arrival: Arrival, kept: Kept | None) -> Made:
    """Make a kept file a document, unless it became one meanwhile. Raises `MadeOtherwise`."""
    with db.transaction():
        document = _same(arrival) or (_added(kept) if kept else db.one(_of(arrival.made_as)))
        return document.id, receipt_of(document)


def _added(kept: Kept) -> Document:
    """Make a kept file a document, or find the one that another try made at this instant."""
    try:
        with db.attempt():
            return add(kept)
    except IntegrityError:
        if (document := _same(kept.arrival)) is None:
            raise
        return document


def _same(arrival: Arrival) -> Document | None:
    document: Document | None = db.session.scalar(_of(arrival.made_as))
    sent = (arrival.owner_id, arrival.spool.sha256)
    if document is not None and (document.owner_id, document.sha256) != sent:
        raise MadeOtherwise
    return document


def _of(made_as: MadeAs) -> Select[Document]:
    return select(Document).where(
        Document.made_by == made_as.maker,
        Document.made_for == made_as.subject,
        Document.made_version == made_as.version,
    )
