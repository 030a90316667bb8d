"""Who may end a proposal that cannot or need not go on, and who hears of it (R34)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.proposal.domain.closing import ClosingReason, responsible_stage
from services.proposal.domain.withdrawing import can_be_asked
from services.proposal.domain.workflow import IllegalMove, Position
from services.proposal.models import Proposal
from services.proposal.queries.desks import deciders_at
from services.proposal.queries.region_snapshot import RegionSnapshot
from staff.deciders import Deciders, Holder, Question, who_decides
from staff.organisation import Role, scope_of


def responsible_for(
    proposal: Proposal, position: Position, snapshot: RegionSnapshot, today: date
) -> Deciders:
    """Say who answers for a proposal: the stage's officers, in revision those who asked.

    Nobody, and no alarm, where it waits for no officer.
    """
    try:
        stage = responsible_stage(position)
    except IllegalMove:
        return Deciders(())
    return deciders_at(
        stage,
        snapshot.layanan[proposal.definition_id],
        snapshot,
        today,
        opd_id=proposal.opd_id,
        applicant_id=proposal.applicant_id,
    )


def ender_of(
    person_id: UUID,
    proposal: Proposal,
    position: Position,
    snapshot: RegionSnapshot,
    today: date,
) -> Holder | None:
    """Say in which role a person may end a proposal: responsible for it, or of BKPSDM."""
    responsible = responsible_for(proposal, position, snapshot, today)
    administrators = _holders(Role.BKPSDM_ADMIN, proposal.opd_id, proposal, snapshot, today)
    return responsible.held_by(person_id) or administrators.held_by(person_id)


def enders_of(
    proposal: Proposal, position: Position, snapshot: RegionSnapshot, today: date
) -> Deciders:
    """Name those responsible for a proposal; where that is nobody, BKPSDM's."""
    responsible = responsible_for(proposal, position, snapshot, today)
    if responsible.holders:
        return responsible
    return _holders(Role.BKPSDM_ADMIN, proposal.opd_id, proposal, snapshot, today)


def withdrawal_asked(proposal: Proposal, position: Position) -> Mapping[str, Any] | None:
    """Return the wish to withdraw that waits for an answer.

    None once the head of BKPSDM has decided: the wish has lapsed, whoever left it in the row.
    """
    return proposal.withdrawal if can_be_asked(position) else None


def umpeg_of(
    opd_id: UUID, proposal: Proposal, snapshot: RegionSnapshot, today: date
) -> tuple[UUID, ...]:
    """Name the staffing section of an OPD as far as a proposal is its business."""
    return _holders(Role.UMPEG, opd_id, proposal, snapshot, today).employee_ids


def told_of_closing(
    proposal: Proposal, reason: ClosingReason, snapshot: RegionSnapshot, today: date
) -> tuple[UUID, ...]:
    """Name who is told: the applicant, after death the OPD's staffing section."""
    if reason is not ClosingReason.DECEASED:
        return (proposal.applicant_id,)
    return umpeg_of(proposal.opd_id, proposal, snapshot, today)


def _holders(
    role: Role, opd_id: UUID, proposal: Proposal, snapshot: RegionSnapshot, today: date
) -> Deciders:
    layanan = snapshot.layanan[proposal.definition_id]
    organisation = snapshot.organisation
    units = scope_of(role, opd_id=opd_id, divisions=layanan.divisions, organisation=organisation)
    question = Question(role, proposal.applicant_id, layanan.code, units)
    return who_decides(question, organisation, today)
