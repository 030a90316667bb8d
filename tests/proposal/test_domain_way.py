"""Where a proposal stands on its way: behind it, here, ahead of it."""

import pytest

from services.proposal.domain.stages import FINAL_STAGES, OFFICER_STAGES, Stage
from services.proposal.domain.way import steps
from services.proposal.domain.workflow import Position
from tests.builders.definitions import a_definition

HEAD, VALIDATION = Stage.OPD_HEAD_APPROVAL, Stage.BKPSDM_VALIDATION


def states(position: Position, last: Stage | None = None) -> dict[str, str]:
    way = steps(a_definition(), position, last=last)
    return {str(step.stage): str(step.state) for step in way}


def test_a_draft_has_its_whole_way_ahead():
    told = states(Position(Stage.DRAFT))

    assert told.pop("draft") == "here"
    assert set(told.values()) == {"ahead"}
    assert list(told) == list(OFFICER_STAGES)


def test_a_proposal_stands_between_what_is_done_and_what_is_ahead():
    told = states(Position(VALIDATION))

    assert (told[HEAD], told[VALIDATION], told[Stage.PROCESSING]) == ("done", "here", "ahead")


def test_a_proposal_in_revision_stands_where_it_comes_back_to():
    assert states(Position(Stage.REVISION, return_to=HEAD))[HEAD] == "here"


@pytest.mark.parametrize("stage", sorted(FINAL_STAGES - {Stage.COMPLETED}))
def test_a_proposal_that_ended_early_stopped_where_it_was(stage: Stage):
    told = states(Position(stage), last=HEAD)

    assert (told[Stage.UMPEG_VERIFICATION], told[HEAD], told[VALIDATION]) == (
        "done",
        "stopped",
        "ahead",
    )


def test_a_completed_proposal_has_everything_behind_it():
    told = states(Position(Stage.COMPLETED), last=Stage.PROCESSING)

    assert set(told.values()) == {"done"}
    assert list(told)[-1] == "completed"
