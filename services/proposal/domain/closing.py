"""Every case can end (ruling R34): which reasons there are to close one, and when."""

from enum import StrEnum

from chassis.kernel.errors import Refused
from chassis.kernel.working_days import add_working_days
from services.proposal.domain.facts import Moment
from services.proposal.domain.stages import OFFICER_STAGES, Action, Stage
from services.proposal.domain.workflow import IllegalMove, Move, Position, check_note

UNRESPONSIVE_AFTER = 30  # working days in revision


class ClosingReason(StrEnum):
    DECEASED = "deceased"
    RETIRED = "retired"
    MOVED_AGENCY = "moved_agency"
    UNRESPONSIVE = "unresponsive"
    APPLICANT_REQUEST = "applicant_request"
    DUPLICATE = "duplicate"


class NotYetUnresponsive(Refused):
    """The applicant still has time to answer, or it is not their turn."""

    code = "not_yet_unresponsive"
    text = {
        "id": "Alasan ini baru dapat dipakai setelah {working_days} hari kerja menunggu perbaikan.",
        "en": "This reason is for what has waited {working_days} working days for a revision.",
    }


def responsible_stage(position: Position) -> Stage:
    """Return the stage whose officers answer for a proposal: in revision, the one that asked.

    Raises `IllegalMove` where no officer does.
    """
    stage = position.return_to if position.stage is Stage.REVISION else position.stage
    if stage is None or stage not in OFFICER_STAGES:
        raise IllegalMove
    return stage


def closing_reasons(position: Position, *, since: Moment, moment: Moment) -> list[ClosingReason]:
    """List the reasons for which a proposal that is where it is `since` can be closed now."""
    late = is_unresponsive(position, since=since, moment=moment)
    return [reason for reason in ClosingReason if late or reason is not ClosingReason.UNRESPONSIVE]


def close(
    position: Position,
    reason: ClosingReason,
    *,
    role: str,
    note: str,
    since: Moment,
    moment: Moment,
) -> Move:
    """End a proposal that cannot or need not go on.

    Raises `IllegalMove`, `NoteRequired` or `NotYetUnresponsive`.
    """
    responsible_stage(position)
    check_note(note)
    late = is_unresponsive(position, since=since, moment=moment)
    if reason is ClosingReason.UNRESPONSIVE and not late:
        raise NotYetUnresponsive(working_days=UNRESPONSIVE_AFTER)
    return Move(Action.CLOSE, role, position.stage, Position(Stage.CLOSED, decided=True))


def is_unresponsive(position: Position, *, since: Moment, moment: Moment) -> bool:
    """Say whether a revision has been waited for long enough to give up."""
    if position.stage is not Stage.REVISION:
        return False
    return moment.today >= add_working_days(since.today, UNRESPONSIVE_AFTER, moment.holidays)
