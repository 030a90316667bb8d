"""What every list of proposals has in common: its columns, and what a line needs to be shown."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Select, and_, bindparam, case, not_, select

from chassis.data.listing import Column, Filter, Kind, Listing
from chassis.data.paging import By, Page
from chassis.data.reading import Reading
from services.proposal.domain.earlier_words import kept_stage
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.stages import FINAL_STAGES, VERIFYING_STAGES, Stage
from services.proposal.models import HistoryEntry, Proposal, db
from services.proposal.queries.region_snapshot import RegionSnapshot, region_snapshot
from services.proposal.queries.search import narrowed

# What is read of a proposal for a line of a list.
LINE = (
    Proposal.id,
    Proposal.number,
    Proposal.version,
    Proposal.definition_id,
    Proposal.applicant,
    Proposal.present_stage.label("present_stage"),
    Proposal.return_to,
    Proposal.decided,
    Proposal.withdrawal,
    Proposal.result,
    Proposal.late,
    Proposal.created_at,
    Proposal.submitted_at,
    Proposal.stage_since,
    Proposal.expected_end,
    Proposal.closed_at,
)
_LINES = Reading(select(*LINE).where(Proposal.id.in_(bindparam("ids", expanding=True))))

_SHOWN: tuple[tuple[str, str, str, str, Kind], ...] = (
    ("number", "number", "Nomor", "Number", "text"),
    ("layanan_name", "layanan.name", "Layanan", "Layanan", "text"),
    ("nip", "applicant.nip", "NIP", "NIP", "nip"),
    ("applicant", "applicant.name", "Pengusul", "Applicant", "text"),
    ("opd_name", "applicant.opd_name", "Perangkat daerah", "OPD", "text"),
    ("stage_label", "stage_label", "Status", "Stage", "text"),
    ("result", "result_label", "Hasil", "Result", "text"),
    ("created_at", "created_at", "Dibuat", "Created", "datetime"),
    ("submitted_at", "submitted_at", "Diusulkan", "Submitted", "datetime"),
    ("stage_since", "stage_since", "Status sejak", "In this stage since", "datetime"),
    ("expected_end", "expected_end", "Perkiraan selesai", "Expected end", "date"),
    ("closed_at", "closed_at", "Selesai", "Closed", "datetime"),
)


def _columns(*sorted_by: str) -> tuple[Column, ...]:
    """Columns of a proposal's line; those it can be sorted by can be narrowed to a time."""
    return tuple(
        _sorted(shown, sort=(getattr(Proposal, shown.name), Proposal.id))
        if shown.name in sorted_by
        else shown
        for shown in _of_proposals()
    )


def _of_proposals(path: str = "") -> tuple[Column, ...]:
    return tuple(
        Column(name, {"id": indonesian, "en": english}, kind, read=f"{path}{read}")
        for name, read, indonesian, english, kind in _SHOWN
    )


def _sorted(shown: Column, *, sort: By) -> Column:
    return replace(shown, sort=sort, filter=sort[0])


def _found(statement: Select[Any], q: str) -> Select[Any]:
    return narrowed(statement, Proposal.id, q)


def _of_state(state: str) -> ColumnElement[bool]:
    is_final = Proposal.stage.in_(FINAL_STAGES)
    return is_final if state == "final" else ~is_final


_LAYANAN = Filter("layanan", Proposal.layanan.__eq__)


def _in_stage(stage: str) -> ColumnElement[bool]:
    """A closed proposal stands among the withdrawn ones, with the reason beside."""
    closed = Proposal.closed_reason.is_not(None)
    if stage == Stage.CLOSED:
        return and_(Proposal.stage == kept_stage(stage), closed)
    return (
        and_(Proposal.stage == stage, ~closed)
        if stage == Stage.WITHDRAWN
        else (Proposal.stage == stage)
    )


_STAGE = Filter("stage", _in_stage)


def withdrawal_waits() -> ColumnElement[bool]:
    """Return the condition for a wish to withdraw that an office has to answer (R34).

    A wish lapses with the decision of the head of BKPSDM, whoever left it in the row.
    """
    # Written out in the statement, so that the index of those who ask is seen to fit.
    at: Any = bindparam(None, "at", type_=JSON.JSONStrIndexType(), literal_execute=True)
    asked = Proposal.withdrawal[at].as_string().is_not(None)
    waits_with = case((Proposal.stage == Stage.REVISION, Proposal.return_to), else_=Proposal.stage)
    return and_(asked, Proposal.decided, waits_with.in_(VERIFYING_STAGES))


def _withdrawal(wanted: str) -> ColumnElement[bool]:
    return withdrawal_waits() if wanted == "asked" else not_(withdrawal_waits())


_WITHDRAWAL = Filter("withdrawal", _withdrawal, options=("asked", "none"))

MINE = Listing(
    title="usulan-saya",
    sort="-created_at",
    words=_found,
    columns=_columns("created_at", "submitted_at", "stage_since", "expected_end"),
    further=(_LAYANAN, _STAGE, Filter("state", _of_state, options=("open", "final"))),
)

INBOX = Listing(
    title="menunggu-keputusan",
    sort="stage_since",
    words=_found,
    columns=_columns("stage_since", "expected_end"),
    further=(_LAYANAN, _STAGE, _WITHDRAWAL),
)

DECIDED = Listing(
    title="keputusan-saya",
    sort="-at",
    words=lambda statement, q: narrowed(statement, HistoryEntry.proposal_id, q),
    columns=(
        _sorted(
            Column("at", {"id": "Diputuskan", "en": "Decided"}, "datetime"),
            sort=(HistoryEntry.at, HistoryEntry.id),
        ),
        Column("done_label", {"id": "Keputusan", "en": "Decision"}),
        Column("note", {"id": "Catatan", "en": "Note"}),
        *_of_proposals("proposal."),
    ),
    further=(
        Filter("layanan", HistoryEntry.layanan.__eq__),
        Filter("action", HistoryEntry.happened.__eq__),
    ),
)


@dataclass(frozen=True)
class Listed:
    """A proposal, or a line of it, with the version of the layanan it was filed under."""

    proposal: Proposal
    layanan: LayananDefinition


def listed(found: Page, snapshot: RegionSnapshot) -> Page:
    """Put a page of proposals beside their layanan."""
    return found.each(lambda row: Listed(row, snapshot.layanan[row.definition_id]))


def listed_by_id(ids: Collection[UUID]) -> dict[UUID, tuple[Proposal, LayananDefinition]]:
    """Return lines of proposals of the region and their layanan, by id."""
    snapshot = region_snapshot()
    rows: Any = _LINES.rows(db.session, ids=list(ids)) if ids else []
    return {row.id: (row, snapshot.layanan[row.definition_id]) for row in rows}
