"""How a proposal ends, and deciders that are services (R1, R12)."""

import pytest

from services.proposal.domain import workflow
from services.proposal.domain.stages import Result, Stage
from services.proposal.domain.workflow import (
    IllegalMove,
    Move,
    NoteRequired,
    NotYourStage,
    Position,
    RemarkRequired,
    ResultDocumentRefused,
    ResultDocumentRequired,
)
from tests.builders.definitions import WORKFLOW, a_definition
from tests.proposal.steps import PLAIN, decide


class TestResult:
    def enter(
        self,
        result: str,
        document: str = "required",
        tms_document: str = "optional",
        **given: object,
    ) -> Move:
        place = {"pickup_place": {"id": "Loket BKPSDM"}} if document == "pickup" else {}
        return workflow.enter_result(
            Position(Stage.PROCESSING, decided=True),
            Result(result),
            role="bkpsdm_admin",
            definition=a_definition(
                result={"document": document, "tms_document": tms_document, **place}
            ),
            **given,  # type: ignore[arg-type]
        )

    def test_ms_completes_with_a_document(self) -> None:
        move = self.enter("ms", has_document=True)

        assert (move.to_stage, move.result, move.is_final) == ("completed", Result.MS, True)

    def test_ms_without_the_required_document_is_refused(self) -> None:
        with pytest.raises(ResultDocumentRequired):
            self.enter("ms")

    @pytest.mark.parametrize("document", ["optional", "pickup"])
    def test_ms_needs_no_document_where_it_is_optional_or_collected(self, document: str) -> None:
        assert self.enter("ms", document).to_stage == "completed"

    def test_tms_needs_a_remark_and_no_document(self) -> None:
        with pytest.raises(RemarkRequired):
            self.enter("tms", remark=" ")

        assert self.enter("tms", remark="Masa kerja kurang").result is Result.TMS

    def test_a_refusal_that_is_a_decision_of_its_own_comes_with_its_document(self) -> None:
        with pytest.raises(ResultDocumentRequired) as refused:
            self.enter("tms", tms_document="required", remark="Alasan tidak cukup")

        assert refused.value.detail("id") == "Dokumen hasil wajib diunggah untuk hasil TMS."
        move = self.enter("tms", tms_document="required", remark="x", has_document=True)
        assert move.to_stage == "completed"

    def test_a_refusal_without_a_document_takes_none(self) -> None:
        with pytest.raises(ResultDocumentRefused) as refused:
            self.enter("tms", tms_document="none", remark="Kurang", has_document=True)

        assert [error.pointer for error in refused.value.errors] == ["/receipt"]
        assert self.enter("tms", remark="Kurang", has_document=True).to_stage == "completed"

    @pytest.mark.parametrize("stage", [s for s in Stage if s is not Stage.PROCESSING])
    def test_is_entered_in_processing_only(self, stage: Stage) -> None:
        with pytest.raises(IllegalMove):
            workflow.enter_result(
                Position(stage),
                Result.MS,
                role="bkpsdm_admin",
                definition=PLAIN,
                has_document=True,
            )

    @pytest.mark.parametrize("role", ["umpeg", "bkpsdm_head", "applicant", "service:awards"])
    def test_is_entered_by_the_division_only(self, role: str) -> None:
        with pytest.raises(NotYourStage):
            workflow.enter_result(
                Position(Stage.PROCESSING),
                Result.TMS,
                role=role,
                definition=PLAIN,
                remark="x",
            )


class TestServiceDecider:
    SELECTED = a_definition(
        stages=[
            {"stage": stage, **({"decider": "service:awards"} if at in (1, 5) else {})}
            for at, stage in enumerate(WORKFLOW)
        ],
        result={"document": "optional"},
    )

    def test_decides_its_stage_like_a_person(self) -> None:
        move = decide("opd_head_approval", "approve", "service:awards", definition=self.SELECTED)

        assert move.to_stage == "bkpsdm_validation"

    def test_shuts_out_the_head_it_replaces(self) -> None:
        with pytest.raises(NotYourStage):
            decide("opd_head_approval", "approve", "opd_head", definition=self.SELECTED)

    def test_is_not_another_service(self) -> None:
        with pytest.raises(NotYourStage):
            decide("opd_head_approval", "approve", "service:other", definition=self.SELECTED)

    def test_owes_a_note_for_a_rejection_too(self) -> None:
        with pytest.raises(NoteRequired):
            decide(
                "opd_head_approval", "reject", "service:awards", definition=self.SELECTED, note=""
            )

    def test_may_leave_somebody_unselected_which_no_person_can(self) -> None:
        move = decide(
            "opd_head_approval", "not_select", "service:awards", definition=self.SELECTED, note=""
        )

        assert move.to_stage == "not_selected"
        with pytest.raises(IllegalMove):
            decide("opd_head_approval", "not_select", "opd_head")

    def test_enters_the_result(self) -> None:
        move = workflow.enter_result(
            Position(Stage.PROCESSING),
            Result.MS,
            role="service:awards",
            definition=self.SELECTED,
        )

        assert move.to_stage == "completed"
