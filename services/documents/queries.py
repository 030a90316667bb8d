"""What owners may read: their documents, and who opened them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, or_, select

from chassis.data.paging import Order, Page, Source, page, page_of
from chassis.data.reading import Reading
from chassis.kernel.errors import NotFound
from chassis.process.clock import now
from services.documents.domain.changes import words
from services.documents.domain.mends import offered
from services.documents.models import (
    PEOPLE,
    ArchiveEntry,
    Document,
    Upload,
    UploadPiece,
    View,
    db,
)


def document_of(document_id: UUID, owner_id: UUID) -> Document:
    """Return an owner's document. Raises `NotFound` to everybody else."""
    return db.one(owned_by(owner_id).where(Document.id == document_id))


def document(document_id: UUID, owner_id: UUID) -> dict[str, Any]:
    """Describe an owner's document. Raises `NotFound` to everybody else."""
    return shown(document_of(document_id, owner_id), owner_id)


def shown(document: Document, owner_id: UUID, *, is_new: bool = False) -> dict[str, Any]:
    """Describe a document to its owner; one that is new is in no archive yet."""
    return _with_entry(document, None) if is_new else _described([document], owner_id)[0]


def documents(owner_id: UUID, *, q: str, category: str, limit: int, cursor: str | None) -> Page:
    """Return a page of an owner's documents, newest first."""
    narrowed: list[ColumnElement[bool]] = []
    if q:
        narrowed.append(Document.name.icontains(q, autoescape=True))
    if category:
        of_category = _archived_for(owner_id).where(ArchiveEntry.category == category)
        narrowed.append(Document.id.in_(of_category))
    # Each by its own index: for either of two no database reads less than everybody's.
    described = select(Document, Document.state.label("state")).where(*narrowed)
    sources = [Source(described.where(each)) for each in _owned(owner_id)]
    order = Order((Document.uploaded_at, Document.id))
    rows = page_of(db.session(), sources, order, limit=limit, cursor=cursor)
    return Page(_described(rows.items, owner_id), rows.next_cursor)


def views(document_id: UUID, owner_id: UUID, *, limit: int, cursor: str | None) -> Page:
    """Return a page of a document's views, newest first, for its owner."""
    document = document_of(document_id, owner_id)
    statement = select(View).where(View.document_id == document.id)
    rows = page(
        db.session(), Source(statement), by=(View.viewed_at, View.id), limit=limit, cursor=cursor
    )
    names = PEOPLE.names([view.viewer_id for view in rows.items])
    return rows.each(lambda view: _view(view, names))


_UPLOAD = select(
    *(Upload.id, Upload.region, Upload.owner_id, Upload.slot, Upload.name, Upload.state),
    *(Upload.length, Upload.max_bytes, Upload.received, Upload.pages, Upload.problem),
    *(Upload.made_from, Upload.changes, Upload.document_id, Upload.expires_at),
).where(
    Upload.id == bindparam("upload_id"),
    Upload.owner_id == bindparam("owner_id"),
    Upload.expires_at > bindparam("now"),
)
_OF_ANY_SLOT = Reading(_UPLOAD)
_OF_A_SLOT = Reading(_UPLOAD.where(Upload.slot == bindparam("slot")))
_PIECES = Reading(
    select(UploadPiece.upload_id, UploadPiece.start, UploadPiece.sha256, UploadPiece.object_key)
    .where(UploadPiece.upload_id == bindparam("upload_id"))
    .order_by(UploadPiece.start)
)


def upload_of(upload_id: UUID, owner_id: UUID, slot: str | None) -> Any:
    """Return a living upload of a person, of any slot or of one: a row with its columns.

    Raises `NotFound` to everybody else.
    """
    asked = {"upload_id": upload_id, "owner_id": owner_id, "now": now()}
    if slot is None:
        row = _OF_ANY_SLOT.first(db.session, **asked)
    else:
        row = _OF_A_SLOT.first(db.session, **asked, slot=slot)
    if row is None:
        raise NotFound
    return row


def upload(upload_id: UUID, owner_id: UUID, slot: str | None, language: str) -> dict[str, Any]:
    """Describe a living upload of a person: how far it came, or what became of it.

    Raises `NotFound` to everybody else.
    """
    row = upload_of(upload_id, owner_id, slot)
    return {
        "id": row.id,
        "slot": row.slot,
        "state": row.state,
        "offset": row.received,
        "length": row.length,
        "name": row.name,
        "problem": row.problem and _problem(row.problem, language),
        "pages": row.pages,
        "made_from": row.made_from,
        "changes": row.changes and {**row.changes, "words": words(row.changes, language)},
        "document": row.document_id and document(row.document_id, owner_id),
        "expires_at": row.expires_at,
    }


def _problem(problem: Mapping[str, Any], language: str) -> dict[str, Any]:
    mends = offered(problem["offers"], language)
    return {**problem, "detail": problem[language], "mends": mends}


def pieces_of(upload_id: UUID) -> Sequence[Any]:
    """Return the pieces of an upload in their order."""
    return _PIECES.rows(db.session, upload_id=upload_id)


def owned_by(owner_id: Any) -> Select[Document]:
    """Find what a person may open: what they sent, and what is in their archive."""
    return select(Document).where(or_(*_owned(owner_id)))


def _owned(owner_id: Any) -> list[ColumnElement[bool]]:
    """What a person sent, and what is in the person's archive."""
    return [Document.owner_id == owner_id, Document.id.in_(_archived_for(owner_id))]


def _archived_for(owner_id: Any) -> Select[Any]:
    return select(ArchiveEntry.document_id).where(ArchiveEntry.owner_id == owner_id)


def _described(documents: Sequence[Document], owner_id: UUID) -> list[dict[str, Any]]:
    """Add to each document where it stands in the owner's archive."""
    statement = select(ArchiveEntry).where(
        ArchiveEntry.owner_id == owner_id,
        ArchiveEntry.document_id.in_([d.id for d in documents]),
    )
    entries = {entry.document_id: entry for entry in db.session.scalars(statement)}
    return [_with_entry(document, entries.get(document.id)) for document in documents]


def _with_entry(document: Document, entry: ArchiveEntry | None) -> dict[str, Any]:
    shown = ("id", "name", "sha256", "size", "content_type", "pages", "signed", "uploaded_at")
    return {
        **{name: getattr(document, name) for name in shown},
        "state": document.state,
        "category": entry.category if entry else None,
        "number": entry.number if entry else None,
    }


def _view(view: View, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "viewer_id": view.viewer_id,
        "viewer_name": names.get(view.viewer_id),
        "purpose": view.purpose,
        "viewed_at": view.viewed_at,
    }
