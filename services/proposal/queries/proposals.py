"""One proposal as somebody may see it, and the lists that belong to its applicant."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from chassis.data.listing import Wanted
from chassis.data.paging import Page, Source, page
from chassis.data.reading import Reading
from chassis.kernel.errors import Hidden, NotFound
from chassis.run.timers import is_set
from services.proposal.domain.closing import ClosingReason, closing_reasons
from services.proposal.domain.facts import Moment
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.numbering import NO_LOOKUP_CODE, is_lookup_code, normalise_number
from services.proposal.domain.opening import Opened, everything, open_parts
from services.proposal.domain.proposal_receipt import MAKE_RECEIPT
from services.proposal.domain.stages import APPLICANT, Action, Stage
from services.proposal.domain.withdrawing import can_be_asked
from services.proposal.domain.workflow import Position, allowed_actions, decider_of
from services.proposal.models import (
    PEOPLE,
    Employee,
    HistoryEntry,
    Proposal,
    Unattended,
    db,
)
from services.proposal.queries.desks import covers, deciders_for
from services.proposal.queries.dossier import Dossier
from services.proposal.queries.filed import Filed, filed_for, writes_it
from services.proposal.queries.listing import LINE, MINE, Listed, listed, listed_by_id
from services.proposal.queries.region_snapshot import RegionSnapshot, region_snapshot
from services.proposal.queries.responsible import ender_of, enders_of, withdrawal_asked
from staff.deciders import Deciders, Holder

_ONE = select(Proposal).where(Proposal.id == bindparam("proposal"))
_MINE = select(*LINE).where(Proposal.applicant_id == bindparam("person"))
_WHOLE = Reading(
    select(Proposal, Proposal.present_stage.label("present_stage")).where(
        Proposal.id == bindparam("proposal")
    )
)
_ACTED = Reading(
    select(HistoryEntry.id)
    .where(
        HistoryEntry.proposal_id == bindparam("proposal"),
        HistoryEntry.actor_id == bindparam("person"),
    )
    .limit(1)
)
_OF_PERSON = Employee.id == bindparam("person")
_OPD = Reading(select(Employee.opd_id).where(_OF_PERSON))


@dataclass(frozen=True)
class Viewed(Listed):
    """A proposal with what is needed to show it to one person."""

    snapshot: RegionSnapshot
    moment: Moment
    person_id: UUID
    dossier: Dossier

    @cached_property
    def position(self) -> Position:
        return replace(position_of(self.proposal), is_held=self.is_held)

    @property
    def is_held(self) -> bool:
        """Whether a document has to be replaced before anybody approves it."""
        return self.dossier.is_held

    @property
    def is_applicant(self) -> bool:
        return self.proposal.applicant_id == self.person_id

    @property
    def writes_it(self) -> bool:
        """Whether the person sees what is being written and was not sent yet."""
        return writes_it(self.person_id, self.proposal)

    def filed(self) -> Filed:
        """Read the fields and papers as the person may see them."""
        return filed_for(self.person_id, self.dossier)

    @cached_property
    def opened(self) -> Opened:
        return opened_parts(self.dossier, self.layanan)

    @property
    def deciders(self) -> Deciders:
        return deciders_for(self.proposal, self.snapshot, self.moment.today)

    def actions(self) -> list[str]:
        """Return what the person may do to the proposal now."""
        if self.is_applicant:
            return self._of(APPLICANT) + self._wishes()
        closes = self._ends()
        if self.deciders.held_by(self.person_id) is None:
            return closes
        return self._of(decider_of(self.layanan, self.position.stage) or "") + closes

    @property
    def applicant_left(self) -> bool:
        """Whether a revision waits for somebody who is no longer active."""
        applicant = self.dossier.applicant if self.position.stage is Stage.REVISION else None
        return applicant is not None and not applicant.active

    @property
    def enders(self) -> Deciders:
        """Who may end it before its time, in the first place (R34)."""
        return enders_of(self.proposal, self.position, self.snapshot, self.moment.today)

    @property
    def withdrawal(self) -> Mapping[str, Any] | None:
        """The applicant's wish to withdraw, while it waits for an answer."""
        return withdrawal_asked(self.proposal, self.position)

    def _wishes(self) -> list[str]:
        open_to_wishes = can_be_asked(self.position) and not self.withdrawal
        return [str(Action.REQUEST_WITHDRAWAL)] if open_to_wishes else []

    def _ends(self) -> list[str]:
        if not self.may_end:
            return []
        answers = (Action.CONFIRM_WITHDRAWAL, Action.REFUSE_WITHDRAWAL) if self.withdrawal else ()
        return [str(action) for action in (Action.CLOSE, *answers)]

    @property
    def may_end(self) -> bool:
        """Whether the person may end it before its time (R34)."""
        if self.is_applicant or self.proposal.submitted_at is None or self.proposal.closed_at:
            return False
        found = ender_of(
            self.person_id, self.proposal, self.position, self.snapshot, self.moment.today
        )
        return found is not None

    def closing_reasons(self) -> list[ClosingReason]:
        """Return the reasons for which the person may close it now."""
        since = self.snapshot.moment(self.proposal.stage_since)
        if not self.may_end:
            return []
        return closing_reasons(self.position, since=since, moment=self.moment)

    def _of(self, role: str) -> list[str]:
        return [
            str(action) for action in allowed_actions(self.position, role, definition=self.layanan)
        ]


@dataclass(frozen=True)
class Alarm(Listed):
    """A proposal nobody can decide, and since when."""

    unattended: Unattended


def position_of(proposal: Proposal) -> Position:
    return_to = Stage(proposal.return_to) if proposal.return_to else None
    return Position(Stage(proposal.present_stage), return_to, proposal.decided)


def waits_for_answer(proposal: Proposal) -> bool:
    """Say whether an applicant's wish to withdraw waits for an answer (R34)."""
    return bool(proposal.withdrawal and withdrawal_asked(proposal, position_of(proposal)))


def opened_parts(dossier: Dossier, layanan: LayananDefinition) -> Opened:
    """Say what the applicant may change now (R14), and what was refused meanwhile."""
    proposal, stage = dossier.proposal, Stage(dossier.proposal.stage)
    if stage is not Stage.REVISION:
        return open_parts(layanan, stage=stage)
    stored = proposal.opened or {}
    documents = frozenset(stored.get("documents", ()))
    refused = dossier.refused_requirements & everything(layanan).documents
    return Opened(frozenset(stored.get("fields", ())), documents | refused)


def find(proposal_id: UUID) -> Proposal:
    """Find a proposal of the bound region. Raises `NotFound`."""
    proposal = db.session.scalar(_ONE, {"proposal": proposal_id})
    if proposal is None:
        raise NotFound
    return proposal


def see(proposal_id: UUID, person_id: UUID) -> Viewed:
    """Show a proposal. Raises `NotFound` for whoever may not see it."""
    row: Any = _WHOLE.first(db.session, proposal=proposal_id)
    if row is None:
        raise NotFound
    return shown(row, person_id)


def shown(proposal: Proposal, person_id: UUID) -> Viewed:
    """Show a proposal at hand. Raises `NotFound` for whoever may not see it."""
    snapshot = region_snapshot()
    moment = snapshot.moment()
    if not may_see(proposal, person_id, snapshot, moment.today):
        raise Hidden
    layanan = snapshot.layanan[proposal.definition_id]
    return Viewed(proposal, layanan, snapshot, moment, person_id, Dossier(proposal))


def may_see(proposal: Proposal, person_id: UUID, snapshot: RegionSnapshot, today: date) -> bool:
    """Say who sees a proposal: its applicant; once it was handed in, the officers on its way,
    whoever decided about it, and the officers of the OPD the applicant has moved to (R32).
    """
    if proposal.applicant_id == person_id:
        return True
    if proposal.submitted_at is None:
        return False
    return (
        covers(person_id, proposal, snapshot, today)
        or _has_acted(proposal, person_id)
        or _oversees_applicant(proposal, person_id, snapshot, today)
    )


def mine(person_id: UUID, wanted: Wanted) -> Page:
    """Return a person's own proposals, newest first unless wanted otherwise."""
    source = Source(_MINE, {"person": person_id})
    return listed(MINE.page(db.session(), source, wanted), region_snapshot())


def receipt_subject(proposal_id: UUID) -> str:
    """Name a proposal's receipt among timers and among the files of documents."""
    return f"proposal/{proposal_id}/receipt"


def receipt_is_coming(proposal_id: UUID) -> bool:
    """Tell whether a receipt is wished for and not yet made."""
    return is_set(MAKE_RECEIPT, receipt_subject(proposal_id))


def names_of(holders: Collection[Holder]) -> dict[UUID, str]:
    """Return the names of people who hold something."""
    return PEOPLE.names([holder.employee_id for holder in holders])


def status_of(number: str, lookup_code: str) -> Proposal:
    """Find a proposal by its number and code (R20), in any region.

    Raises `NotFound` alike for a wrong number and a wrong code, after the same work: of a number
    that is there no more is read than its code.
    """
    at_number = Proposal.number == (normalise_number(number) or "")
    row = db.session.execute(select(Proposal.id, Proposal.lookup_code).where(at_number)).first()
    if not is_lookup_code(lookup_code, (row and row.lookup_code) or NO_LOOKUP_CODE) or row is None:
        raise NotFound
    return db.one(select(Proposal).where(Proposal.id == row.id))


def numbered(number: str) -> Proposal:
    """Find a submitted proposal by its number, in the bound region or in any.

    Raises `NotFound`.
    """
    return db.one(select(Proposal).where(Proposal.number == (normalise_number(number) or "")))


def unattended(*, limit: int, cursor: str | None) -> Page:
    """Return the open alarms of the region, the newest first."""
    statement = select(Unattended).where(Unattended.cleared_at.is_(None))
    by = (Unattended.raised_at, Unattended.id)
    rows = page(db.session(), Source(statement), by=by, limit=limit, cursor=cursor)
    proposals = listed_by_id({unattended.proposal_id for unattended in rows.items})
    return rows.each(lambda unattended: Alarm(*proposals[unattended.proposal_id], unattended))


def _oversees_applicant(
    proposal: Proposal, person_id: UUID, snapshot: RegionSnapshot, today: date
) -> bool:
    held = snapshot.organisation.roles_of(person_id, today)
    opd_id = _OPD.value(db.session, person=proposal.applicant_id) if held else None
    return opd_id is not None and any(
        snapshot.organisation.oversees(role, opd_id=opd_id, divisions=()) and role.unit_id == opd_id
        for role in held
    )


def _has_acted(proposal: Proposal, person_id: UUID) -> bool:
    found = _ACTED.value(db.session, proposal=proposal.id, person=person_id)
    return found is not None
