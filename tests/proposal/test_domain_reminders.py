"""When somebody is reminded: on working mornings, in the region's zone, and never in the past."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.proposal.domain.facts import Moment
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.reminders import REVISION_WAITS, STAGE_DUE, reminders
from services.proposal.domain.stages import Stage
from tests.builders.definitions import a_definition


def first_stage_of(working_days: int) -> LayananDefinition:
    first = {"stage": "umpeg_verification", "working_days": working_days}
    return a_definition(stages=[first, {"stage": "processing", "working_days": 3}])


TWO_DAYS, SAME_DAY = first_stage_of(2), first_stage_of(0)
MAKASSAR = ZoneInfo("Asia/Makassar")


def thursday_at(hour: int, *, holidays=()) -> Moment:
    return Moment(datetime(2026, 3, 5, hour, tzinfo=MAKASSAR), MAKASSAR, holidays)


def when(definition, stage: Stage, moment: Moment) -> list[tuple[str, str]]:
    return [(each.kind, each.at.isoformat()) for each in reminders(definition, stage, moment)]


def test_a_revision_is_reminded_of_after_five_and_ten_working_days() -> None:
    """R35."""
    assert when(TWO_DAYS, Stage.REVISION, thursday_at(10)) == [
        (REVISION_WAITS, "2026-03-12T07:30:00+08:00"),
        (REVISION_WAITS, "2026-03-19T07:30:00+08:00"),
    ]


def test_a_stage_is_reminded_of_on_its_last_day_and_the_working_day_after() -> None:
    assert when(TWO_DAYS, Stage.UMPEG_VERIFICATION, thursday_at(10)) == [
        (STAGE_DUE, "2026-03-09T07:30:00+08:00"),
        (STAGE_DUE, "2026-03-10T07:30:00+08:00"),
    ]


def test_a_day_off_moves_a_reminder() -> None:
    moment = thursday_at(10, holidays={date(2026, 3, 9)})

    assert [at for _kind, at in when(TWO_DAYS, Stage.UMPEG_VERIFICATION, moment)] == [
        "2026-03-10T07:30:00+08:00",
        "2026-03-11T07:30:00+08:00",
    ]


def test_what_is_due_on_the_day_it_came_is_reminded_of_only_when_it_is_late() -> None:
    [late] = reminders(SAME_DAY, Stage.UMPEG_VERIFICATION, thursday_at(10))

    assert late.at == datetime(2026, 3, 6, 7, 30, tzinfo=MAKASSAR)
    assert late.data == {"due_on": "2026-03-05", "urgency": "overdue"}


def test_nobody_is_reminded_of_a_draft_or_of_what_has_ended() -> None:
    for stage in (Stage.DRAFT, Stage.COMPLETED, Stage.REJECTED, Stage.WITHDRAWN):
        assert reminders(TWO_DAYS, stage, thursday_at(10)) == []
