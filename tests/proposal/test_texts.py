"""Every code of the workflow has a word that people read, and no word is for nothing."""

import pytest

from services.proposal.domain.answering import PartState
from services.proposal.domain.closing import ClosingReason
from services.proposal.domain.reasons import REASONS, REASONS_ABOUT
from services.proposal.domain.reminders import DUE_TODAY, OVERDUE
from services.proposal.domain.stages import Action, NoteSlot, Result, Stage
from services.proposal.manifest import MANIFEST
from staff.organisation import ACTING_KINDS

ACTIONS = {*Action, "sub_status"}
CODES = {
    "stage": {*Stage},
    "action": ACTIONS,
    "done": ACTIONS,
    "result": {*Result, Stage.NOT_SELECTED},
    "note_slot": {*NoteSlot},
    "reason": {*REASONS},
    "part": {*PartState},
    "closing_reason": {*ClosingReason},
    "urgency": {DUE_TODAY, OVERDUE},
}


@pytest.mark.parametrize("kind", CODES)
def test_every_code_has_a_label_and_every_label_a_code(kind: str):
    assert MANIFEST.texts.labels[kind].keys() == CODES[kind]


def test_what_stands_before_a_name_is_a_way_of_acting():
    assert MANIFEST.texts.labels["acting"].keys() < {*ACTING_KINDS}


def test_every_reason_can_be_ticked_for_something():
    assert set(REASONS) == {code for codes in REASONS_ABOUT.values() for code in codes}
