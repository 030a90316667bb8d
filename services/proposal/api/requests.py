"""What clients send, one schema per purpose; unknown members are refused."""

from typing import Any

from marshmallow import INCLUDE, ValidationError, fields, post_load, validate

from chassis.http.api import Schema
from chassis.http.fields import Code, Exact, Line, Name, Prose, Values, Words
from chassis.http.receipts import LONGEST as LONGEST_RECEIPT
from chassis.http.receipts import read_receipt
from chassis.http.values import Day, Whole
from services.proposal.domain.answering import LONGEST_ANSWER
from services.proposal.domain.closing import ClosingReason
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import DECISIONS, Action, Result
from services.proposal.usecases.closing import Closing
from services.proposal.usecases.processing import Outcome, SubStatus
from services.proposal.usecases.reviewing import Verdict
from services.proposal.usecases.withdrawing import Answer as WithdrawalAnswer

LONGEST_NOTE = 2000
LONGEST_NAME = 200
MOST_REASONS = 50
CODE = r"^[a-z][a-z0-9_]{0,62}$"
TARGET = r"^(document|field):[a-z][a-z0-9_]{0,62}$"


class NewLayanan(Schema):
    """A definition as it lies in its file.

    Its form is `/api/proposal/v1/layanan.schema.json`; the domain says what is wrong with it and
    cleans its texts.
    """

    class Meta:
        unknown = INCLUDE


class WindowTaken(Schema):
    """The name of a shipped pattern of windows."""

    pattern = Code(CODE, required=True, metadata={"example": "six_periods"})


class NewProposal(Schema):
    layanan = Code(CODE, required=True)
    fields_ = Values(CODE, data_key="fields", attribute="fields", load_default=dict)


class Answer(Schema):
    """Why what a revision marked is right as it is (R35); null takes the answer back."""

    target = Code(
        TARGET, required=True, metadata={"description": "document:<requirement> or field:<name>"}
    )
    text = Prose(LONGEST_ANSWER, required=True, allow_none=True)


class FieldChanges(Schema):
    """Only the fields that change; null clears one. Fields, answers or both are there."""

    fields_ = Values(CODE, data_key="fields", attribute="fields")
    answers = fields.List(fields.Nested(Answer), validate=validate.Length(max=MOST_REASONS))

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        if not given:
            raise ValidationError("Missing data for required field.", "fields")
        answers = {answer["target"]: answer["text"] for answer in given.get("answers", ())}
        return {"fields": given.get("fields", {}), "answers": answers}


class SignedReceipt(Exact):
    """The receipt that documents gave for the upload.

    It is verified as it is read, before the view's transaction: that may fetch keys.
    """

    def __init__(self, **options: Any) -> None:
        lengths = {"minLength": 1, "maxLength": LONGEST_RECEIPT}
        super().__init__(metadata={"description": "The upload's receipt", **lengths}, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        compact = super()._deserialize(value, attr, data, **more)
        validate.Length(min=1, max=LONGEST_RECEIPT)(compact)
        return read_receipt(compact)


class NewDocument(Schema):
    receipt = SignedReceipt(required=True)


class GrantArgs(Schema):
    """`revision` names an earlier version of the document; without it, the present one."""

    revision = Whole(load_default=None, allow_none=True, validate=validate.Range(min=1, max=10_000))


class ReasonFields(Schema):
    code = Code(CODE, required=True)
    target = Code(
        TARGET,
        load_default=None,
        allow_none=True,
        metadata={"description": "document:<requirement> or field:<name>"},
    )


class NewDecision(Schema):
    decision = Exact(
        required=True, validate=validate.OneOf([str(decision) for decision in DECISIONS])
    )
    note = Prose(LONGEST_NOTE, may_be_empty=True, load_default="")
    reasons = fields.List(
        fields.Nested(ReasonFields),
        load_default=list,
        validate=validate.Length(max=MOST_REASONS),
    )

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> Verdict:
        reasons = [Reason(**reason) for reason in given["reasons"]]
        return Verdict(Action(given["decision"]), given["note"], reasons)


class NewClosing(Schema):
    reason = Exact(
        required=True, validate=validate.OneOf([str(reason) for reason in ClosingReason])
    )
    note = Prose(LONGEST_NOTE, may_be_empty=True, load_default="")

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> Closing:
        return Closing(ClosingReason(given["reason"]), given["note"])


class NewWithdrawalRequest(Schema):
    note = Prose(LONGEST_NOTE, may_be_empty=True, load_default="")


class NewWithdrawalAnswer(Schema):
    """`refuse` needs a note."""

    answer = Exact(required=True, validate=validate.OneOf(["confirm", "refuse"]))
    note = Prose(LONGEST_NOTE, may_be_empty=True, load_default="")

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> WithdrawalAnswer:
        return WithdrawalAnswer(given["answer"] == "confirm", given["note"])


class NewResult(Schema):
    result = Exact(required=True, validate=validate.OneOf([str(result) for result in Result]))
    remark = Prose(LONGEST_NOTE, may_be_empty=True, load_default="")
    receipt = SignedReceipt(load_default=None, allow_none=True)
    fields_ = Values(CODE, data_key="fields", attribute="fields", load_default=dict)

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> Outcome:
        return Outcome(**{**given, "result": Result(given["result"])})


class NewSubStatus(Schema):
    """Where a file in processing is, such as "sent to BKN", with a number and a date."""

    text = Line(LONGEST_NAME, required=True)
    number = Line(LONGEST_NAME, may_be_empty=True, load_default=None, allow_none=True)
    day = Day(load_default=None, allow_none=True, data_key="date")

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> SubStatus:
        return SubStatus(**given)


class StatusQuestion(Schema):
    number = Words(LONGEST_NAME, required=True)
    lookup_code = Exact(required=True, validate=validate.Length(max=LONGEST_NAME))


class NewHoliday(Schema):
    day = Day(required=True)
    name = Name(LONGEST_NAME, required=True)


class YearArgs(Schema):
    year = fields.Integer(required=True, validate=validate.Range(min=2000, max=2100))


class DayArgs(Schema):
    day = fields.Date(required=True)


class NumberArgs(Schema):
    """A number as people write it."""

    number = Words(
        LONGEST_NAME, required=True, metadata={"example": "DEMO/BEBAS-HUKDIS/2026/000001"}
    )


class ProposalArgs(Schema):
    """A layanan's version never changes: who has it need not get it with every proposal."""

    definition = fields.Boolean(load_default=True)
