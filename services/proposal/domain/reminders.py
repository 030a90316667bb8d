"""When somebody is reminded of a proposal that waits for them.

An applicant 5 and 10 working days after a revision was asked for (R35); whoever decides a stage
on the day it is due, and on the next working day if it still waits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from chassis.kernel.working_days import add_working_days
from services.proposal.domain.facts import Moment
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.schedule import stage_due
from services.proposal.domain.stages import Stage

REVISION_WAITS = "proposal.revision_waits"
STAGE_DUE = "proposal.stage_due"
AFTER_WORKING_DAYS = (5, 10)
MORNING = time(7, 30)  # before the first appointment of an office day
DUE_TODAY, OVERDUE = "due_today", "overdue"


@dataclass(frozen=True)
class Reminder:
    kind: str
    at: datetime
    data: Mapping[str, Any]


def reminders(definition: LayananDefinition, stage: Stage, moment: Moment) -> list[Reminder]:
    """Return the reminders of a stage that begins now, as far as they lie ahead."""
    of_stage = _of_revision if stage is Stage.REVISION else _of_decision
    return [each for each in of_stage(definition, stage, moment) if each.at > moment.now]


def _of_revision(_layanan: LayananDefinition, _stage: Stage, moment: Moment) -> Iterator[Reminder]:
    for count in AFTER_WORKING_DAYS:
        day = add_working_days(moment.today, count, moment.holidays)
        yield Reminder(REVISION_WAITS, _morning(day, moment), {"working_days": count})


def _of_decision(layanan: LayananDefinition, stage: Stage, moment: Moment) -> Iterator[Reminder]:
    due_on = stage_due(layanan, stage=stage, since=moment.today, holidays=moment.holidays)
    if due_on is None:
        return
    next_day = add_working_days(due_on, 1, moment.holidays)
    for day, urgency in ((due_on, DUE_TODAY), (next_day, OVERDUE)):
        data = {"due_on": due_on.isoformat(), "urgency": urgency}
        yield Reminder(STAGE_DUE, _morning(day, moment), data)


def _morning(day: date, moment: Moment) -> datetime:
    return datetime.combine(day, MORNING, moment.zone)
