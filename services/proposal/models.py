"""Tables of the proposal service, and its local copies of identity's people.

Region leads every key and index: one installation serves several regencies.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    case,
    column,
    event,
    func,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from chassis.data.db import Database, RegionScoped, ServiceBase, service_registry
from chassis.data.versioned import Versioned
from chassis.data.wrong_tries import WrongTry
from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.proposal.domain.stages import Action, Stage
from services.proposal.domain.workflow import AlreadyDecided
from staff.snapshot import Stamp
from staff.tables import KeptDelegation, KeptEmployee, KeptRoleOfUnit, KeptUnitInTree, People


class Base(ServiceBase):
    registry = service_registry()


db = Database(Base)

LONGEST_WORD = 60
# Beginnings are found as ranges of the index, so PostgreSQL must compare by bytes.
_WORD = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")


class WrongCode(WrongTry, Base):
    """A lookup code, or a number, that was wrong."""

    __tablename__ = "wrong_codes"


class LayananDefinition(RegionScoped, Base):
    """One version of a layanan; a running proposal keeps the version it was filed under."""

    __tablename__ = "layanan_definitions"
    __table_args__ = (
        UniqueConstraint("region", "code", "version"),
        Index("ix_layanan_definitions_current", "region", "current", "code"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    version: Mapped[int]
    current: Mapped[bool] = mapped_column(default=True)
    definition: Mapped[dict[str, Any]]
    installed_at: Mapped[datetime] = mapped_column(default=now)


class Proposal(Versioned, RegionScoped, Base):
    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("region", "number"),
        Index("ix_proposals_number", "number"),  # asked for without a region, by anybody
        Index("ix_proposals_mine", "region", "applicant_id", "created_at", "id"),
        Index("ix_proposals_desk", "region", "stage", "opd_id", "stage_since", "id"),
        Index("ix_proposals_stage", "region", "stage", "stage_since", "id"),
        Index("ix_proposals_desk_due", "region", "stage", "opd_id", "expected_end", "id"),
        Index("ix_proposals_stage_due", "region", "stage", "expected_end", "id"),
        Index(
            "ix_proposals_withdrawal",
            *("region", "stage", "stage_since", "id"),
            sqlite_where=column("withdrawal", JSON)["at"].as_string().is_not(None),
            postgresql_where=column("withdrawal", JSON)["at"].as_string().is_not(None),
        ),
    )
    status_column = "stage"
    overtaken = AlreadyDecided
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    number: Mapped[str | None]
    lookup_code: Mapped[str | None]
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("layanan_definitions.id"))
    layanan: Mapped[str]
    period: Mapped[date | None]
    applicant_id: Mapped[UUID]
    applicant: Mapped[dict[str, Any]]
    opd_id: Mapped[UUID]
    stage: Mapped[str] = mapped_column(default="draft")
    return_to: Mapped[str | None]
    decided: Mapped[bool] = mapped_column(default=False)
    opened: Mapped[dict[str, Any] | None]
    sub_status: Mapped[dict[str, Any] | None]
    fields: Mapped[dict[str, Any]]
    late: Mapped[bool] = mapped_column(default=False)
    result: Mapped[str | None]
    remark: Mapped[str | None]
    result_fields: Mapped[dict[str, Any] | None]
    pickup_place: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime | None]
    stage_since: Mapped[datetime] = mapped_column(default=now)
    expected_end: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str | None]
    withdrawal: Mapped[dict[str, Any] | None]

    @hybrid_property
    def present_stage(self) -> str:
        """The stage it is shown in; `stage` of a closed one is kept in earlier words."""
        return str(Stage.CLOSED) if self.closed_reason else self.stage

    @present_stage.inplace.expression
    @classmethod
    def _present_stage(cls) -> ColumnElement[str]:
        return case((cls.closed_reason.is_not(None), str(Stage.CLOSED)), else_=cls.stage)


class ProposalDocument(RegionScoped, Base):
    """One uploaded version for a requirement; replaced ones stay (Dokumen Sebelumnya).

    `is_refused` has who reads it beside: nobody can open the document any more (decision 0041).
    """

    __tablename__ = "proposal_documents"
    __table_args__ = (
        UniqueConstraint("proposal_id", "requirement", "revision"),
        Index("ix_proposal_documents_proposal", "region", "proposal_id"),
        Index("ix_proposal_documents_document", "region", "document_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    requirement: Mapped[str]
    revision: Mapped[int]
    current: Mapped[bool] = mapped_column(default=True)
    document_id: Mapped[UUID]
    sha256: Mapped[str]
    name: Mapped[str]
    size: Mapped[int]
    content_type: Mapped[str]
    pages: Mapped[int | None]
    attached_by: Mapped[UUID | None]
    attached_at: Mapped[datetime] = mapped_column(default=now)
    is_refused: ClassVar[bool] = False


class RefusedDocument(RegionScoped, Base):
    """A document that nobody can open any more, as documents told; perhaps none of ours."""

    __tablename__ = "refused_documents"
    __table_args__ = (UniqueConstraint("region", "document_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    document_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(String(40))
    refused_at: Mapped[datetime] = mapped_column(default=now)


class HistoryEntry(RegionScoped, Base):
    """One thing that happened to a proposal; written once, never changed or removed.

    Lists are narrowed by `happened` and by `layanan`, which is its proposal's. Where an earlier
    release wrote the line they may be empty, until a loop fills them.
    """

    __tablename__ = "history_entries"
    __table_args__ = (
        UniqueConstraint("proposal_id", "sequence"),
        Index("ix_history_entries_actor", "region", "actor_id", "at", "id"),
        Index("ix_history_entries_layanan", "region", "actor_id", "layanan", "at", "id"),
        Index("ix_history_entries_happened", "region", "actor_id", "happened", "at", "id"),
        Index(
            "ix_history_entries_unnamed",
            "id",
            sqlite_where=column("layanan").is_(None),
            postgresql_where=column("layanan").is_(None),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)
    action: Mapped[str]
    from_stage: Mapped[str]
    to_stage: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    role: Mapped[str]
    acting: Mapped[str | None]
    acting_for: Mapped[UUID | None]
    note: Mapped[str | None]
    reasons: Mapped[list[Any]]
    changes: Mapped[dict[str, Any]]
    happened: Mapped[str | None]
    standing: Mapped[dict[str, Any] | None]
    layanan: Mapped[str | None]

    @hybrid_property
    def what(self) -> str:
        """What was done; `action` is kept in earlier words."""
        return self.happened or self.action

    @what.inplace.expression
    @classmethod
    def _what(cls) -> ColumnElement[str]:
        return func.coalesce(cls.happened, cls.action)

    @hybrid_property
    def led_to(self) -> str:
        return str(Stage.CLOSED) if self.what == Action.CLOSE else self.to_stage

    @led_to.inplace.expression
    @classmethod
    def _led_to(cls) -> ColumnElement[str]:
        return case((cls.what == str(Action.CLOSE), str(Stage.CLOSED)), else_=cls.to_stage)


class HistoryIsImmutable(Exception):
    """Somebody tried to change or remove a line of the history."""


@event.listens_for(HistoryEntry, "before_update")
@event.listens_for(HistoryEntry, "before_delete")
def _refuse(_mapper: Any, _connection: Any, entry: HistoryEntry) -> None:
    raise HistoryIsImmutable(str(entry.id))


class SearchWord(RegionScoped, Base):
    """A word of a proposal's number, applicant, NIP or layanan; found by its beginning."""

    __tablename__ = "search_words"
    __table_args__ = (Index("ix_search_words_word", "region", "word", "proposal_id"),)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    word: Mapped[str] = mapped_column(_WORD, primary_key=True)


class QueueCount(RegionScoped, Base):
    """How many proposals wait in a stage, kept by every move. `scope` is an OPD id or ""."""

    __tablename__ = "queue_counts"
    __table_args__ = (UniqueConstraint("region", "stage", "scope", "definition_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    stage: Mapped[str]
    scope: Mapped[str]
    definition_id: Mapped[UUID]
    waiting: Mapped[int]


class NumberSeries(RegionScoped, Base):
    """The last serial given per layanan and year."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("region", "layanan", "year"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    layanan: Mapped[str]
    year: Mapped[int]
    last: Mapped[int]


class Unattended(RegionScoped, Base):
    """A waiting proposal nobody may decide today; `cleared_at` is set once somebody can."""

    __tablename__ = "unattended_proposals"
    __table_args__ = (
        UniqueConstraint("proposal_id"),
        Index("ix_unattended_proposals_open", "region", "cleared_at", "raised_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    stage: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(default=now)
    cleared_at: Mapped[datetime | None]


class Holiday(RegionScoped, Base):
    """A day off in a region; counts for the expected end."""

    __tablename__ = "holidays"
    __table_args__ = (UniqueConstraint("region", "day"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    day: Mapped[date]
    name: Mapped[str]


class RegionStamp(Stamp, Base):
    """A new stamp whenever offices, catalogue or holidays of a region change."""

    __tablename__ = "region_stamps"
    __table_args__ = (UniqueConstraint("region"),)


class Employee(KeptEmployee, Base):
    __tablename__ = "employees"
    __table_args__ = (Index("ix_employees_opd", "region", "opd_id"),)


class Unit(KeptUnitInTree, Base):
    __tablename__ = "units"
    __table_args__ = (Index("ix_units_kind", "region", "kind", "code"),)


class RoleGrant(KeptRoleOfUnit, Base):
    __tablename__ = "role_grants"
    __table_args__ = (
        Index("ix_role_grants_employee", "region", "employee_id"),
        Index("ix_role_grants_role", "region", "role", "unit_id"),
    )


class Delegation(KeptDelegation, Base):
    __tablename__ = "delegations"
    __table_args__ = (Index("ix_delegations_to", "region", "to_employee_id"),)


PEOPLE = People(db, Employee, Unit, RoleGrant, Delegation)
