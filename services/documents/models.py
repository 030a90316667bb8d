"""Tables of documents. The bytes are in the store; a row says whose they are and what they hash to.

`employees` is a local copy of what identity tells, for ended sessions and names in the view log.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, case
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from chassis.data.db import Database, RegionScoped, ServiceBase, service_registry
from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.documents.domain.states import State
from services.documents.domain.uploads import ARRIVING
from staff.tables import KeptPerson, People


class Base(ServiceBase):
    registry = service_registry()


db = Database(Base)


class Document(RegionScoped, Base):
    """One stored file. It never changes: another upload is another document.

    `made_by` is the client of the service that made it, None where a person sent it; `made_for`
    and `made_version` say which of that service's files it is. `pages` counts a workbook's sheets.
    Nobody opens it while `quarantined_at` is set, which is until it is scanned, nor once
    `infected_at` is.
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index("ix_documents_owner", "region", "owner_id", "uploaded_at", "id"),
        Index("ix_documents_scrub", "scrubbed_at", "id"),
        Index("ix_documents_object_key", "object_key"),
        Index("ix_documents_quarantine", "quarantined_at", "id"),
        UniqueConstraint("region", "object_key"),
        Index("uq_documents_made", "region", "made_by", "made_for", "made_version", unique=True),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    owner_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    # SQLite holds no text to its length, and changing a column there rebuilds the table.
    content_type: Mapped[str] = mapped_column(String(40).with_variant(String(80), "postgresql"))
    pages: Mapped[int]
    signed: Mapped[bool]
    object_key: Mapped[str] = mapped_column(String(80))
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    scrubbed_at: Mapped[datetime] = mapped_column(default=now)
    corrupt_since: Mapped[datetime | None]
    quarantined_at: Mapped[datetime | None]
    infected_at: Mapped[datetime | None]
    made_by: Mapped[str | None] = mapped_column(String(80))
    made_for: Mapped[str | None] = mapped_column(String(160))
    made_version: Mapped[int | None]

    @hybrid_property
    def state(self) -> State:
        """Say whether it can be opened."""
        if self.infected_at is not None:
            return State.INFECTED
        return State.READY if self.quarantined_at is None else State.IN_QUARANTINE

    @state.inplace.expression
    @classmethod
    def _state(cls) -> ColumnElement[Any]:
        return case(
            (cls.infected_at.is_not(None), str(State.INFECTED)),
            (cls.quarantined_at.is_(None), str(State.READY)),
            else_=str(State.IN_QUARANTINE),
        )


class RefusedUpload(RegionScoped, Base):
    """A file that was not taken: counts against the day's quota and answers "why".

    One that was only answered "busy" counts for an hour, by itself.
    """

    __tablename__ = "refused_uploads"
    __table_args__ = (Index("ix_refused_uploads_owner", "region", "owner_id", "refused_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    owner_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    refused_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(String(80))


class Upload(RegionScoped, Base):
    """A file that arrives in pieces, and what became of it.

    `slot` is what its permit was for, None where a token spoke. `problem` is the refusal as it was
    told: `kind`, `code`, the text in each language, `offers`. One that was made here says how many
    `pages` it has, of which other upload it was made, and by which `changes`.
    """

    __tablename__ = "uploads"
    __table_args__ = (
        Index("ix_uploads_owner", "region", "owner_id", "state"),
        Index("ix_uploads_expiry", "expires_at"),
        Index("ix_uploads_made_from", "region", "made_from"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    owner_id: Mapped[UUID]
    slot: Mapped[str | None] = mapped_column(String(160))
    name: Mapped[str] = mapped_column(String(200))
    length: Mapped[int]
    max_bytes: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(12), default=ARRIVING)
    problem: Mapped[dict[str, Any] | None]
    pages: Mapped[int | None]
    made_from: Mapped[UUID | None]
    changes: Mapped[dict[str, Any] | None]
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class UploadPiece(RegionScoped, Base):
    """One piece of an upload: an object in the store from its start on."""

    __tablename__ = "upload_pieces"
    __table_args__ = (
        UniqueConstraint("region", "upload_id", "start"),
        Index("ix_upload_pieces_object_key", "object_key"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    upload_id: Mapped[UUID] = mapped_column(ForeignKey("uploads.id"))
    start: Mapped[int]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    object_key: Mapped[str] = mapped_column(String(120))


class ArchiveEntry(RegionScoped, Base):
    """A document in a person's archive: theirs to list and download, whoever uploaded it."""

    __tablename__ = "archive_entries"
    __table_args__ = (
        UniqueConstraint("region", "document_id", "owner_id"),
        Index("ix_archive_entries_owner", "region", "owner_id", "archived_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    owner_id: Mapped[UUID]
    category: Mapped[str] = mapped_column(String(60))
    proposal_id: Mapped[UUID]
    number: Mapped[str] = mapped_column(String(80))
    archived_at: Mapped[datetime] = mapped_column(default=now)


class Grant(RegionScoped, Base):
    """Leave for one viewer to open one document for some minutes. Only the token's hash is kept."""

    __tablename__ = "grants"
    __table_args__ = (
        UniqueConstraint("region", "token_hash"),
        Index("ix_grants_expiry", "expires_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    token_hash: Mapped[str] = mapped_column(String(64))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    viewer_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(120))
    client_id: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class View(RegionScoped, Base):
    """One opening of a document by someone."""

    __tablename__ = "views"
    __table_args__ = (Index("ix_views_document", "region", "document_id", "viewed_at", "id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    viewer_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(120))
    viewed_at: Mapped[datetime] = mapped_column(default=now)


class ReceiptKey(Base):
    """A key pair that signs receipts. The private half is sealed with the service's secret."""

    __tablename__ = "receipt_keys"
    kid: Mapped[str] = mapped_column(String(80), primary_key=True)
    public: Mapped[dict[str, Any]]
    sealed: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


# Whom the view log names, and since when tokens are void.
PEOPLE = People.kept(db, Base, KeptPerson)
