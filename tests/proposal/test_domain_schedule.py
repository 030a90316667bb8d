"""When a proposal should be finished: working days, weekends and holidays."""

from datetime import date

from services.proposal.domain.schedule import expected_end, stage_due
from services.proposal.domain.stages import Stage
from tests.builders.definitions import a_definition

THREE_STAGES = a_definition(
    stages=[
        {"stage": "umpeg_verification", "working_days": 2},
        {"stage": "bkpsdm_validation", "working_days": 1},
        {"stage": "processing", "working_days": 3},
    ],
)
THURSDAY = date(2026, 3, 5)


def test_the_days_of_the_stages_to_come_add_up_over_the_weekend() -> None:
    ends = [
        expected_end(THREE_STAGES, stage=stage, since=THURSDAY)
        for stage in (Stage.UMPEG_VERIFICATION, Stage.BKPSDM_VALIDATION, Stage.PROCESSING)
    ]

    assert ends == [date(2026, 3, 13), date(2026, 3, 11), date(2026, 3, 10)]


def test_a_holiday_moves_the_end() -> None:
    end = expected_end(
        THREE_STAGES, stage=Stage.PROCESSING, since=THURSDAY, holidays={date(2026, 3, 9)}
    )

    assert end == date(2026, 3, 11)


def test_a_revision_counts_from_the_stage_that_asked() -> None:
    end = expected_end(
        THREE_STAGES,
        stage=Stage.REVISION,
        since=THURSDAY,
        return_to=Stage.BKPSDM_VALIDATION,
    )

    assert end == date(2026, 3, 11)


def test_what_is_finished_is_expected_no_more() -> None:
    assert expected_end(THREE_STAGES, stage=Stage.COMPLETED, since=THURSDAY) is None


def test_a_stage_of_officers_has_its_own_day() -> None:
    assert stage_due(THREE_STAGES, stage=Stage.UMPEG_VERIFICATION, since=THURSDAY) == date(
        2026, 3, 9
    )
    assert stage_due(THREE_STAGES, stage=Stage.REVISION, since=THURSDAY) is None
