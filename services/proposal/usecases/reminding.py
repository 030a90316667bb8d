"""What is done when a proposal has waited long: the applicant or the deciders are told."""

from collections.abc import Mapping
from uuid import UUID

from chassis.events import outbox
from chassis.run.timers import Handle, Timer
from services.proposal import events
from services.proposal.domain.reminders import REVISION_WAITS, STAGE_DUE
from services.proposal.domain.stages import OFFICER_STAGES, Stage
from services.proposal.models import db
from services.proposal.usecases.cases import Case, open_case


def remind_applicant(timer: Timer) -> None:
    """Tell the applicant that a revision is still waited for (R35)."""
    case = _case(timer)
    if case.stage is Stage.REVISION and _waits_there(case, timer):
        waiting = events.revision_waits(case.proposal, case.layanan, timer.data["working_days"])
        outbox.record(waiting)


def remind_deciders(timer: Timer) -> None:
    """Tell whoever decides today that a stage is due, or overdue."""
    case = _case(timer)
    if case.stage in OFFICER_STAGES and _waits_there(case, timer):
        facts = {name: timer.data[name] for name in ("due_on", "urgency")}
        due = events.stage_due(case.proposal, case.layanan, case.decider_ids(), **facts)
        outbox.record(due)


REMINDERS: Mapping[str, Handle] = {REVISION_WAITS: remind_applicant, STAGE_DUE: remind_deciders}


def _waits_there(case: Case, timer: Timer) -> bool:
    """A process of the previous release moves a proposal on and cancels nothing."""
    return bool(timer.data.get("stage", case.stage) == case.stage)


def _case(timer: Timer) -> Case:
    return open_case(db.session(), UUID(timer.subject.removeprefix("proposal/")))
