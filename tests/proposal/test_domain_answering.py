import pytest

from chassis.kernel.errors import Invalid
from services.proposal.domain.answering import MarkedPart, PartState, unanswered, with_answers
from services.proposal.domain.opening import ClosedForChange

SKP, PURPOSE = "document:skp", "field:keperluan"
RIGHT = "Sudah sesuai karena stempel ada di halaman dua."
REMEMBERED = {"fields": [], "documents": ["skp"], "before": {SKP: 1}}


def a_part(*, changed: bool = False, answer: str | None = None) -> MarkedPart:
    return MarkedPart(SKP, before=1, now=2 if changed else 1, changed=changed, answer=answer)


@pytest.mark.parametrize(
    ("part", "state"),
    [
        (a_part(), PartState.UNANSWERED),
        (a_part(answer=RIGHT), PartState.ANSWERED),
        (a_part(changed=True), PartState.CHANGED),
        (a_part(changed=True, answer=RIGHT), PartState.CHANGED),
    ],
)
def test_a_marked_part_is_changed_or_answered_or_neither(part: MarkedPart, state: PartState):
    assert part.state is state


def test_revision_unanswered_names_each_part_that_nobody_dealt_with():
    parts = [a_part(), MarkedPart(PURPOSE, "Lama", "Lama", changed=False), a_part(answer=RIGHT)]

    errors = [(error.pointer, error.code) for error in unanswered(parts)]

    assert errors == [
        ("/documents/skp", "revision_unanswered"),
        ("/fields/keperluan", "revision_unanswered"),
    ]


def test_an_answer_is_kept_beside_what_was_remembered_and_can_be_taken_back():
    answered = with_answers(REMEMBERED, {SKP: RIGHT})
    again = with_answers(answered, {SKP: None})

    assert answered == {**REMEMBERED, "answers": {SKP: RIGHT}}
    assert again == {**REMEMBERED, "answers": {}}


@pytest.mark.parametrize("opened", [None, {}, {"fields": ["keperluan"], "documents": []}])
def test_what_nobody_marked_has_no_answer(opened):
    with pytest.raises(ClosedForChange) as refusal:
        with_answers(opened, {PURPOSE: RIGHT})

    assert [error.pointer for error in refusal.value.errors] == ["/answers/0/target"]


def test_an_answer_is_a_sentence():
    with pytest.raises(Invalid) as refusal:
        with_answers(REMEMBERED, {SKP: "sudah"})

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [
        ("/answers/0/text", "too_short")
    ]


def test_a_draft_remembers_nothing():
    assert with_answers(None, {}) is None
