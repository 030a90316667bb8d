"""The states of a delivery, and what a step makes of it. Pure: it is told the time."""

from datetime import datetime
from typing import Any

from services.notification.domain.attempts import Step

PENDING, SENDING, SENT = "pending", "sending", "sent"
FAILED, SKIPPED = "failed", "skipped"
NO_ADDRESS = Step(SKIPPED, reason="no_address")
TOO_LATE = Step(SKIPPED, reason="letter_gone")
SWITCHED_OFF = Step(SKIPPED, reason="switched_off")


def columns_of(step: Step, at: datetime) -> dict[str, Any]:
    """Return what a delivery's columns are after a step."""
    values = {"state": step.state, "reason": step.reason, "claim": None, "claimed_until": None}
    if step.state == PENDING:
        return {**values, "due_at": step.due}
    return {**values, "finished_at": at}
