"""Whose account is on its way back by two hands decides nothing until the owner had time."""

from datetime import datetime

from chassis.events import outbox
from services.identity import events
from services.identity.domain.recovering import Way
from services.identity.models import Employee
from services.identity.usecases.recoveries import own


def bar(owner: Employee, until: datetime | None) -> None:
    """Bar an account from deciding until a moment, or no longer."""
    if owner.change_if_different(deciding_barred_until=until):
        outbox.record(events.employee_changed(owner))


def lift_bar(owner: Employee) -> None:
    """End the bar of a recovery that was stopped; another one that is on its way keeps its own."""
    if owner.deciding_barred_until:
        times = [row.ready_at for row in own(owner.id) if row.way == Way.TWO_HANDS]
        bar(owner, max((time for time in times if time), default=None))
