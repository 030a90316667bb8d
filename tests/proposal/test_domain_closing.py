from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.proposal.domain import closing
from services.proposal.domain.closing import ClosingReason, NotYetUnresponsive
from services.proposal.domain.earlier_words import kept_action, kept_stage
from services.proposal.domain.facts import Moment
from services.proposal.domain.stages import FINAL_STAGES, OFFICER_STAGES, Action, Stage
from services.proposal.domain.workflow import IllegalMove, Move, NoteRequired, Position

RETURNED = Position(Stage.REVISION, return_to=Stage.UMPEG_VERIFICATION, decided=True)
# 30 working days after Monday 2 March is Monday 13 April, with no day off between.
MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
LAST_DAY = datetime(2026, 4, 10, 16, 59, tzinfo=UTC)
NEXT_DAY = datetime(2026, 4, 12, 17, 1, tzinfo=UTC)  # Monday 13 April in Jakarta


def at(when: datetime, *holidays: date) -> Moment:
    return Moment(when, ZoneInfo("Asia/Jakarta"), holidays)


def close(
    position: Position,
    reason: ClosingReason = ClosingReason.DUPLICATE,
    *,
    note: str = "Sama dengan usulan nomor 3",
    now: Moment | None = None,
) -> Move:
    moment = now or at(LAST_DAY)
    return closing.close(position, reason, role="umpeg", note=note, since=at(MONDAY), moment=moment)


@pytest.mark.parametrize("stage", OFFICER_STAGES)
def test_one_way_out_from_every_stage_of_an_officer(stage: Stage):
    assert close(Position(stage)).to_stage == "closed"


def test_one_way_out_of_a_revision_that_nobody_answers():
    assert close(RETURNED, ClosingReason.RETIRED).to_stage == "closed"


@pytest.mark.parametrize("stage", [Stage.DRAFT, *sorted(FINAL_STAGES)])
def test_what_waits_for_no_officer_is_not_closed(stage: Stage):
    with pytest.raises(IllegalMove):
        close(Position(stage))


@pytest.mark.parametrize("note", ["", "  \n"])
def test_closing_needs_a_note(note: str):
    with pytest.raises(NoteRequired):
        close(RETURNED, note=note)


def test_no_answer_counts_after_thirty_working_days_of_the_region():
    with pytest.raises(NotYetUnresponsive):
        close(RETURNED, ClosingReason.UNRESPONSIVE)

    assert close(RETURNED, ClosingReason.UNRESPONSIVE, now=at(NEXT_DAY)).is_final
    with pytest.raises(NotYetUnresponsive):
        close(RETURNED, ClosingReason.UNRESPONSIVE, now=at(NEXT_DAY, date(2026, 3, 20)))


def test_no_answer_is_no_reason_where_an_officer_is_awaited():
    waiting = Position(Stage.UMPEG_VERIFICATION)
    offered = closing.closing_reasons(waiting, since=at(MONDAY), moment=at(NEXT_DAY))

    assert ClosingReason.UNRESPONSIVE not in offered
    with pytest.raises(NotYetUnresponsive):
        close(waiting, ClosingReason.UNRESPONSIVE, now=at(NEXT_DAY))


def test_rows_are_kept_in_words_the_previous_release_knows():
    known = {"submit", "resubmit", "withdraw", "approve", "revise", "reject"} | {
        "not_select",
        "enter_result",
        "sub_status",
    }

    assert {kept_action(action) for action in Action} <= known
    assert {kept_stage(stage) for stage in Stage} == {*Stage} - {Stage.CLOSED}
