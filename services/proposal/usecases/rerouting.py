"""What happens to a person's open cases when they move to another OPD (R32)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.events import outbox
from services.proposal import events
from services.proposal.domain.rerouting import rerouted
from services.proposal.domain.schedule import expected_end
from services.proposal.domain.stages import SYSTEM, Action
from services.proposal.domain.workflow import Move, Position
from services.proposal.models import Employee, Proposal
from services.proposal.queries.responsible import umpeg_of
from services.proposal.usecases.cases import Author, Case, move, open_case
from services.proposal.usecases.people import applicant_facts

REGISTER = Author(None, "", SYSTEM)


def left_behind(
    session: Session, employee_ids: Collection[UUID]
) -> Sequence[tuple[UUID, Employee]]:
    """Find the open cases of people who are in another OPD now."""
    elsewhere = (
        select(Proposal.id, Employee)
        .join(Employee, Employee.id == Proposal.applicant_id)
        .where(
            Employee.id.in_(employee_ids),
            Employee.active,
            Proposal.opd_id != Employee.opd_id,
            Proposal.submitted_at.is_not(None),
            Proposal.closed_at.is_(None),
        )
    )
    rows = session.execute(elsewhere.order_by(Proposal.id)).all()
    return [(row[0], row[1]) for row in rows]


def follow_applicant(session: Session, proposal_id: UUID, employee: Employee) -> None:
    """Take a case that no head of an OPD approved yet to the OPD its applicant moved to."""
    case = open_case(session, proposal_id)
    after = rerouted(case.position, case.layanan)
    if after is not None and employee.opd_id is not None:
        _reroute(case, after, employee, employee.opd_id)


def _reroute(case: Case, after: Position, employee: Employee, opd_id: UUID) -> None:
    former_id = case.proposal.opd_id
    former = umpeg_of(former_id, case.proposal, case.snapshot, case.moment.today)
    places = applicant_facts(case.session, employee)
    entry = move(
        case,
        Move(Action.REROUTE, REGISTER.role, case.stage, after),
        REGISTER,
        changes={
            "from_opd_id": str(former_id),
            "to_opd_id": str(opd_id),
            "from_opd_name": case.proposal.applicant.get("opd_name"),
            "to_opd_name": places["opd_name"],
        },
        opd_id=opd_id,
        applicant={
            **case.proposal.applicant,
            **{name: places[name] for name in ("unit_name", "opd_name")},
        },
        expected_end=expected_end(
            case.layanan,
            stage=after.stage,
            since=case.moment.today,
            return_to=after.return_to,
            holidays=case.moment.holidays,
        ),
    )
    present = umpeg_of(opd_id, case.proposal, case.snapshot, case.moment.today)
    outbox.record(
        events.rerouted(case.proposal, case.layanan, entry, former=former, present=present)
    )
