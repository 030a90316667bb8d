"""A proposal in hand: how a use case opens it, changes it and writes down what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.data.versioned import Seen
from chassis.data.writing import add_rows
from chassis.kernel.errors import Hidden
from services.proposal.domain.earlier_words import kept_action, kept_stage
from services.proposal.domain.facts import Moment
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import APPLICANT, FINAL_STAGES, OFFICER_STAGES, Stage
from services.proposal.domain.workflow import Move, Position
from services.proposal.models import PEOPLE, Employee, HistoryEntry, Proposal
from services.proposal.queries.desks import deciders_for
from services.proposal.queries.dossier import Dossier
from services.proposal.queries.filed import sent_of
from services.proposal.queries.proposals import Viewed, find, may_see, position_of
from services.proposal.queries.region_snapshot import RegionSnapshot, region_snapshot
from services.proposal.usecases import attention, counting, waiting
from services.proposal.usecases.standing import standing_of
from staff.deciders import Deciders, Holder
from staff.rights import check_is_not_barred


@dataclass(frozen=True)
class Author:
    """Who did it, in which role, for whom: as the history will say for ever."""

    id: UUID | None
    name: str
    role: str
    acting: str | None = None
    acting_for: UUID | None = None
    standing: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Case:
    session: Session
    proposal: Proposal
    layanan: LayananDefinition
    snapshot: RegionSnapshot
    moment: Moment

    @property
    def stage(self) -> Stage:
        return Stage(self.proposal.present_stage)

    @property
    def position(self) -> Position:
        return replace(position_of(self.proposal), is_held=self.dossier.is_held)

    @cached_property
    def dossier(self) -> Dossier:
        return Dossier(self.proposal)

    def seen_by(self, person_id: UUID) -> Viewed:
        """Show the proposal to somebody who may see it."""
        return Viewed(
            *(self.proposal, self.layanan, self.snapshot, self.moment, person_id, self.dossier)
        )

    def deciders(self) -> Deciders:
        return deciders_for(self.proposal, self.snapshot, self.moment.today)

    def decider_ids(self) -> tuple[UUID, ...]:
        return self.deciders().employee_ids

    def change(self, **columns: Any) -> None:
        """Change the proposal if it is still as it was read. Raises `AlreadyDecided`."""
        self.proposal.change(**columns, updated_at=self.moment.now)


def open_case(session: Session, proposal_id: UUID) -> Case:
    """Find a proposal of the bound region. Raises `NotFound`."""
    proposal = find(proposal_id)
    snapshot = region_snapshot()
    layanan = snapshot.layanan[proposal.definition_id]
    return Case(session, proposal, layanan, snapshot, snapshot.moment())


def visible_case(
    session: Session, proposal_id: UUID, person_id: UUID, *, seen: Seen | None = None
) -> Case:
    """Open a proposal for its applicant or an officer who may see it.

    Anybody else gets `NotFound`, as if it were not there. Raises `Stale` unless the version is
    one that was `seen`; None is for those who change nothing.
    """
    case = open_case(session, proposal_id)
    if not may_see(case.proposal, person_id, case.snapshot, case.moment.today):
        raise Hidden
    if seen is not None:
        case.proposal.check_seen(seen)
    return case


def own_case(session: Session, proposal_id: UUID, person_id: UUID, *, seen: Seen) -> Case:
    """Open the applicant's own proposal; anybody else's is not found. Raises `Stale`."""
    case = open_case(session, proposal_id)
    if case.proposal.applicant_id != person_id:
        raise Hidden
    case.proposal.check_seen(seen)
    return case


def author_of(holder: Holder) -> Author:
    """Say who acts and as what. Raises `DecidingBarred`."""
    person = PEOPLE.person(holder.employee_id)
    check_is_not_barred(PEOPLE, person)
    return Author(
        holder.employee_id,
        Employee.named(person) if person else "",
        holder.role,
        holder.acting,
        acting_for=holder.acting_for,
        standing=standing_of(holder),
    )


def move(
    case: Case,
    step: Move,
    author: Author,
    *,
    note: str | None = None,
    reasons: Sequence[Reason] = (),
    changes: Mapping[str, Any] | None = None,
    **columns: Any,
) -> HistoryEntry:
    """Take a proposal one step: row, counters, alarm and history together."""
    left = case.proposal.opd_id
    case.change(
        stage=kept_stage(step.to_stage),
        return_to=_text(step.position.return_to),
        decided=step.position.decided,
        stage_since=case.moment.now,
        closed_at=case.moment.now if step.to_stage in FINAL_STAGES else None,
        **columns,
    )
    counting.moved(case.session, case.proposal, step.from_stage, step.to_stage, left=left)
    if step.from_stage in OFFICER_STAGES:
        attention.settle(case.session, case.proposal)
    waiting.follow(case.proposal, case.layanan, case.moment, came_from=step.from_stage)
    if step.to_stage in OFFICER_STAGES:
        attention.watch(case.session, case.proposal, case.deciders())
    entry = _entry(case, str(step.action), step.from_stage, author, note, reasons, changes)
    add_rows(case.session, entry)
    case.dossier.changed("history")
    return entry


def note_down(
    case: Case, action: str, author: Author, changes: Mapping[str, Any], *, note: str | None = None
) -> HistoryEntry:
    """Write history for something that moved nothing."""
    entry = _entry(case, str(action), case.stage, author, note, (), changes)
    add_rows(case.session, entry)
    case.dossier.changed("history")
    return entry


def as_last_sent(case: Case) -> dict[str, Any] | None:
    """What stays of a revision that is never sent: the case ends as it was sent before."""
    sent = sent_of(case.proposal, case.dossier.papers)
    return {"sent": sent.stored()} if sent else None


def applicant_author(case: Case) -> Author:
    """The applicant under today's name; the proposal says what it was when it was filed."""
    applicant_id = case.proposal.applicant_id
    name = PEOPLE.names([applicant_id]).get(applicant_id) or case.proposal.applicant["name"]
    return Author(applicant_id, name, APPLICANT)


def _entry(
    case: Case,
    action: str,
    from_stage: str,
    author: Author,
    note: str | None,
    reasons: Sequence[Reason],
    changes: Mapping[str, Any] | None,
) -> HistoryEntry:
    return HistoryEntry(
        proposal_id=case.proposal.id,
        sequence=case.proposal.version,
        at=case.moment.now,
        action=kept_action(action),
        happened=action,
        from_stage=str(from_stage),
        to_stage=case.proposal.stage,
        actor_id=author.id,
        actor_name=author.name,
        role=str(author.role),
        acting=author.acting,
        acting_for=author.acting_for,
        standing=dict(author.standing) if author.standing else None,
        note=note.strip() or None if note else None,
        reasons=[asdict(reason) for reason in reasons],
        changes=dict(changes or {}),
        layanan=case.proposal.layanan,
    )


def _text(stage: Stage | None) -> str | None:
    return None if stage is None else str(stage)
