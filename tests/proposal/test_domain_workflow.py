"""The way of a proposal: legal steps, illegal ones, and what each step asks for."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.kernel.errors import Refused
from services.proposal.domain import workflow
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import (
    APPLICANT,
    FINAL_STAGES,
    Action,
    NoteSlot,
    Result,
    Stage,
)
from services.proposal.domain.workflow import (
    AlreadyVerified,
    IllegalMove,
    Move,
    NoteRequired,
    NotYourStage,
    Position,
    ReasonUnknown,
)
from tests.builders.definitions import WORKFLOW, a_definition
from tests.proposal.steps import OFFICERS, PLAIN, RETURNING, SUBMITTED, decide, owner_of


class TestApproval:
    def test_carries_a_proposal_through_the_six_stages_in_order(self) -> None:
        position = workflow.submit(Position(Stage.DRAFT), definition=PLAIN).position
        passed = [position.stage]

        for role in ("umpeg", "opd_head", "bkpsdm_admin", "bkpsdm_secretary", "bkpsdm_head"):
            move = workflow.decide(position, Action.APPROVE, role=role, definition=PLAIN)
            position = move.position
            passed.append(position.stage)

        assert passed == [Stage(stage) for stage in WORKFLOW]

    def test_skips_the_stages_a_layanan_does_not_have(self) -> None:
        short = a_definition(
            stages=[{"stage": "umpeg_verification"}, {"stage": "processing"}],
        )

        assert decide("umpeg_verification", "approve", "umpeg", definition=short).to_stage == (
            "processing"
        )

    def test_starts_at_the_first_stage_the_layanan_has(self) -> None:
        central = a_definition(stages=[{"stage": "bkpsdm_validation"}, {"stage": "processing"}])

        move = workflow.submit(Position(Stage.DRAFT), definition=central)

        assert move.to_stage == "bkpsdm_validation"

    def test_needs_no_note(self) -> None:
        assert decide("umpeg_verification", "approve", "umpeg", note="").to_stage


class TestRoles:
    @pytest.mark.parametrize(
        ("stage", "role"),
        [pair for pair in product(WORKFLOW[:5], OFFICERS) if pair[1] != owner_of(pair[0])],
    )
    @pytest.mark.parametrize("decision", ["approve", "reject"])
    def test_a_stage_is_closed_to_every_other_role(
        self, stage: str, decision: str, role: str
    ) -> None:
        with pytest.raises(NotYourStage):
            decide(stage, decision, role)

    @pytest.mark.parametrize("stage", WORKFLOW[:5])
    def test_the_applicant_decides_nothing(self, stage: str) -> None:
        with pytest.raises(NotYourStage):
            decide(stage, "approve", "applicant")

    @pytest.mark.parametrize("action", ["submit", "resubmit", "withdraw", "enter_result"])
    def test_an_officer_cannot_act_as_the_applicant_through_a_decision(self, action: str) -> None:
        with pytest.raises(IllegalMove):
            decide("umpeg_verification", action, "umpeg")

    def test_each_stage_belongs_to_the_role_of_the_manual(self) -> None:
        owners = [owner_of(stage) for stage in WORKFLOW]

        assert owners == [*OFFICERS, "bkpsdm_admin"]


class TestRevision:
    @pytest.mark.parametrize(
        "stage",
        ["umpeg_verification", "bkpsdm_validation", "secretary_verification"],
    )
    def test_goes_back_to_the_stage_that_asked(self, stage: str) -> None:
        returned = decide(stage, "revise", owner_of(stage))
        corrected = workflow.resubmit(returned.position, definition=PLAIN)

        assert returned.to_stage == "revision"
        assert corrected.to_stage == stage
        assert corrected.position.return_to is None

    @pytest.mark.parametrize("stage", ["opd_head_approval", "bkpsdm_head_approval"])
    def test_is_not_for_the_two_heads(self, stage: str) -> None:
        with pytest.raises(IllegalMove):
            decide(stage, "revise", owner_of(stage))

    def test_from_processing_only_where_the_layanan_says_so(self) -> None:
        with pytest.raises(IllegalMove):
            decide("processing", "revise", "bkpsdm_admin")

        returned = decide("processing", "revise", "bkpsdm_admin", definition=RETURNING)

        assert workflow.resubmit(returned.position, definition=RETURNING).to_stage == "processing"

    @pytest.mark.parametrize("note", ["", "   ", "\n\t"])
    @pytest.mark.parametrize("decision", ["revise", "reject"])
    def test_and_rejection_need_a_note(self, decision: str, note: str) -> None:
        with pytest.raises(NoteRequired) as refusal:
            decide("umpeg_verification", decision, "umpeg", note=note)

        assert refusal.value.errors[0].pointer == "/note"

    @pytest.mark.parametrize("stage", ["opd_head_approval", "bkpsdm_head_approval"])
    def test_the_heads_too_must_give_a_reason_for_a_rejection(self, stage: str) -> None:
        with pytest.raises(NoteRequired):
            decide(stage, "reject", owner_of(stage), note="")

    def test_accepts_reasons_that_point_at_a_part(self) -> None:
        definition = a_definition(
            requirements=[{"code": "skp", "name": {"id": "SKP"}, "required": True}],
        )
        reasons = (Reason("document_unreadable", "document:skp"), Reason("other"))

        move = decide(
            "umpeg_verification", "revise", "umpeg", definition=definition, reasons=reasons
        )

        assert move.to_stage == "revision"

    @pytest.mark.parametrize(
        ("reason", "pointer"),
        [
            (Reason("bad_mood"), "/reasons/0/code"),
            (Reason("other", "document:nothing"), "/reasons/0/target"),
            (Reason("other", "keperluan"), "/reasons/0/target"),
        ],
    )
    def test_refuses_reasons_that_do_not_exist(self, reason: Reason, pointer: str) -> None:
        with pytest.raises(ReasonUnknown) as refusal:
            decide("umpeg_verification", "revise", "umpeg", reasons=(reason,))

        assert [error.pointer for error in refusal.value.errors] == [pointer]

    @pytest.mark.parametrize(
        ("stage", "slot"),
        [
            ("umpeg_verification", NoteSlot.UMPEG),
            ("secretary_verification", NoteSlot.BKPSDM),
            ("bkpsdm_head_approval", NoteSlot.BKPSDM_HEAD),
        ],
    )
    def test_the_note_lands_in_the_slot_of_the_office(self, stage: str, slot: NoteSlot) -> None:
        assert decide(stage, "reject", owner_of(stage)).note_slot is slot


class TestWithdrawal:
    @pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.UMPEG_VERIFICATION])
    def test_is_open_before_the_first_verification(self, stage: Stage) -> None:
        assert workflow.withdraw(Position(stage), definition=PLAIN).to_stage == "withdrawn"

    def test_is_closed_once_umpeg_has_decided(self) -> None:
        approved = workflow.decide(SUBMITTED, Action.APPROVE, role="umpeg", definition=PLAIN)

        with pytest.raises(AlreadyVerified):
            workflow.withdraw(approved.position, definition=PLAIN)

    def test_stays_closed_when_a_correction_comes_back_to_umpeg(self) -> None:
        returned = decide("umpeg_verification", "revise", "umpeg")
        again = workflow.resubmit(returned.position, definition=PLAIN)

        with pytest.raises(AlreadyVerified):
            workflow.withdraw(again.position, definition=PLAIN)

    @pytest.mark.parametrize("stage", [Stage.REVISION, Stage.PROCESSING, *sorted(FINAL_STAGES)])
    def test_does_not_exist_elsewhere(self, stage: Stage) -> None:
        with pytest.raises(IllegalMove):
            workflow.withdraw(Position(stage, decided=True), definition=PLAIN)


class TestEnd:
    @pytest.mark.parametrize("stage", sorted(FINAL_STAGES))
    @pytest.mark.parametrize("role", ["applicant", *OFFICERS])
    def test_nothing_can_be_done_to_a_finished_proposal(self, stage: Stage, role: str) -> None:
        assert workflow.allowed_actions(Position(stage), role, definition=RETURNING) == ()

        for decision in (Action.APPROVE, Action.REVISE, Action.REJECT):
            with pytest.raises(IllegalMove):
                decide(stage, decision, role)

    def test_a_correction_needs_somebody_who_asked(self) -> None:
        with pytest.raises(IllegalMove):
            workflow.resubmit(Position(Stage.REVISION), definition=PLAIN)


class TestButtons:
    def test_show_the_applicant_only_what_is_theirs(self) -> None:
        assert workflow.allowed_actions(SUBMITTED, "applicant", definition=PLAIN) == (
            Action.WITHDRAW,
        )

    def test_show_umpeg_three_decisions_and_the_head_two(self) -> None:
        umpeg = workflow.allowed_actions(SUBMITTED, "umpeg", definition=PLAIN)
        head = workflow.allowed_actions(
            Position(Stage.OPD_HEAD_APPROVAL), "opd_head", definition=PLAIN
        )

        assert set(umpeg) == {Action.APPROVE, Action.REVISE, Action.REJECT}
        assert set(head) == {Action.APPROVE, Action.REJECT}


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(list(Action)), st.sampled_from(["owner", *OFFICERS])),
        max_size=40,
    ),
    definition=st.sampled_from([PLAIN, RETURNING]),
)
def test_no_sequence_of_wishes_skips_a_verification(
    steps: list[tuple[Action, str]], definition: LayananDefinition
) -> None:
    position, approvals = Position(Stage.DRAFT), set()

    for action, who in steps:
        role = workflow.decider_of(definition, position.stage) if who == "owner" else who
        try:
            move = _wish(position, action, str(role), definition)
        except Refused:
            continue
        assert position.stage not in FINAL_STAGES
        assert workflow.allowed_actions(position, str(role), definition=definition)
        if action is Action.APPROVE:
            approvals.add(str(move.from_stage))
        position = move.position
        if position.stage in (Stage.PROCESSING, Stage.COMPLETED):
            assert approvals == set(WORKFLOW[:5])


def _wish(position: Position, action: Action, role: str, definition: LayananDefinition) -> Move:
    if action is Action.ENTER_RESULT:
        return workflow.enter_result(
            position, Result.MS, role=role, definition=definition, has_document=True
        )
    if action in (Action.SUBMIT, Action.RESUBMIT, Action.WITHDRAW):
        step = {
            Action.SUBMIT: workflow.submit,
            Action.RESUBMIT: workflow.resubmit,
            Action.WITHDRAW: workflow.withdraw,
        }[action]
        if role != APPLICANT:
            raise NotYourStage
        return step(position, definition=definition)
    return workflow.decide(position, action, role=role, definition=definition, note="x")
