"""Who is deciding: a person who holds the stage today, or the service it is given to (R1)."""

from dataclasses import dataclass
from itertools import takewhile
from uuid import UUID

from chassis.kernel.errors import Forbidden
from services.proposal.domain.stages import Stage
from services.proposal.domain.workflow import AlreadyDecided, NotYourStage, decider_of
from services.proposal.queries.desks import deciders_at
from services.proposal.usecases.cases import Author, Case, author_of
from staff.deciders import Holder


class OwnProposal(Forbidden):
    """Nobody decides an own proposal (R16)."""

    code = "own_proposal"
    text = {
        "id": "Anda tidak dapat memutuskan usulan Anda sendiri.",
        "en": "You cannot decide your own proposal.",
    }


@dataclass(frozen=True)
class ServiceDecider:
    """A service that decides a stage; `actor_id` is the person behind it, if any."""

    service: str
    stage: str
    actor_id: UUID | None = None
    acting_for: UUID | None = None


def deciding_person(case: Case, person_id: UUID) -> Author:
    """Say in which role a person decides the present stage.

    Raises `OwnProposal`, `AlreadyDecided` when the person's stage has passed, or
    `NotYourStage`.
    """
    if person_id == case.proposal.applicant_id:
        raise OwnProposal
    holder = case.deciders().held_by(person_id)
    if holder is None:
        raise AlreadyDecided if _stage_has_passed(case, person_id) else NotYourStage
    return author_of(holder)


def stage_role(case: Case) -> str:
    """Return the role, or `service:<name>`, that the stage belongs to."""
    return decider_of(case.layanan, case.stage) or ""


def deciding_service(case: Case, by: ServiceDecider) -> Author:
    """Say how a service's decision is written down.

    Raises `OwnProposal`, or `AlreadyDecided` when the proposal is not at that stage any more.
    """
    if by.actor_id is not None and by.actor_id == case.proposal.applicant_id:
        raise OwnProposal
    if case.proposal.stage != by.stage:
        raise AlreadyDecided
    return Author(by.actor_id, by.service, f"service:{by.service}", acting_for=by.acting_for)


def _stage_has_passed(case: Case, person_id: UUID) -> bool:
    """Whether the person held a stage before the present one; a later one is yet to come."""
    before = takewhile(lambda rule: rule.stage is not case.stage, case.layanan.stages)
    return any(_holder(case, rule.stage, person_id) for rule in before)


def _holder(case: Case, stage: Stage, person_id: UUID) -> Holder | None:
    deciders = deciders_at(
        stage,
        case.layanan,
        case.snapshot,
        case.moment.today,
        opd_id=case.proposal.opd_id,
        applicant_id=case.proposal.applicant_id,
    )
    return deciders.held_by(person_id)
