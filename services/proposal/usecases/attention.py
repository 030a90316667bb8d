"""The alarm when nobody can decide: seen in the log, in a counter and by BKPSDM's officers."""

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from chassis.data.writing import Writing
from chassis.process.clock import now
from chassis.process.telemetry import counter, log
from services.proposal.models import Proposal, Unattended
from staff.deciders import Deciders

UNATTENDED = counter("proposals_unattended", "Times nobody could decide a stage", "stage")

_SETTLED = Writing(
    update(Unattended).where(
        Unattended.proposal_id == bindparam("proposal"), Unattended.cleared_at.is_(None)
    )
)


def watch(session: Session, proposal: Proposal, deciders: Deciders) -> bool:
    """Raise the alarm when nobody can decide; True when it is a new one."""
    return deciders.alarm is not None and sound(session, proposal, deciders.alarm.role)


def sound(session: Session, proposal: Proposal, role: str) -> bool:
    """Raise the alarm for the role that nobody fills; True when it is a new one."""
    statement = select(Unattended).where(Unattended.proposal_id == proposal.id)
    earlier = session.scalar(statement.execution_options(populate_existing=True))
    if earlier is not None and earlier.cleared_at is None:
        return False
    alarm = earlier or Unattended(proposal_id=proposal.id)
    alarm.stage, alarm.raised_at, alarm.cleared_at = proposal.stage, now(), None
    session.add(alarm)
    UNATTENDED.labels(proposal.stage).inc()
    log.error(
        "nobody_can_decide",
        proposal_id=str(proposal.id),
        stage=proposal.stage,
        role=role,
    )
    return True


def settle(session: Session, proposal: Proposal) -> None:
    """Clear a proposal's alarm: somebody can decide, or it moved on."""
    _SETTLED.run(session, proposal=proposal.id, cleared_at=now())
