"""What clients send, one schema per purpose; unknown members are refused."""

import unicodedata
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from chassis.http.api import Schema
from chassis.http.paging import PageArgs
from services.proposal.adapters.receipts import LONGEST as LONGEST_RECEIPT
from services.proposal.adapters.receipts import read_receipt
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import DECISIONS, Action, Result
from services.proposal.usecases.processing import Outcome, SubStatus
from services.proposal.usecases.reviewing import Verdict

LONGEST_NOTE = 2000
LONGEST_NAME = 200
MOST_REASONS = 50
CODE = validate.Regexp(r"^[a-z][a-z0-9_]{0,62}$")
_ALLOWED_CONTROLS = "\n\r\t"


def no_control_characters(text: str) -> None:
    """Refuse characters that no keyboard types and no database likes."""
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in _ALLOWED_CONTROLS:
            raise ValidationError("Not a valid text: it has control characters.")


def prose(longest: int = LONGEST_NOTE, **options: Any) -> fields.String:
    """Make a field for text that people write."""
    return fields.String(validate=[validate.Length(max=longest), no_control_characters], **options)


class ListArgs(PageArgs):
    layanan = fields.String(load_default=None, validate=CODE)
    q = prose(100, load_default=None)


class MineArgs(ListArgs):
    state = fields.String(load_default=None, validate=validate.OneOf(["open", "final"]))
    stage = fields.String(load_default=None, validate=CODE)


class InboxArgs(ListArgs):
    stage = fields.String(load_default=None, validate=CODE)


class NewProposal(Schema):
    layanan = fields.String(required=True, validate=CODE)
    fields_ = fields.Dict(
        keys=fields.String(validate=CODE), data_key="fields", attribute="fields", load_default=dict
    )


class FieldChanges(Schema):
    """Only the fields that change; null clears one."""

    fields_ = fields.Dict(
        keys=fields.String(validate=CODE), data_key="fields", attribute="fields", required=True
    )


class SignedReceipt(fields.String):
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

    revision = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(min=1, max=10_000)
    )


class ReasonFields(Schema):
    code = fields.String(required=True, validate=CODE)
    target = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"^(document|field):[a-z][a-z0-9_]{0,62}$"),
        metadata={"description": "document:<requirement> or field:<name>"},
    )


class NewDecision(Schema):
    decision = fields.String(
        required=True, validate=validate.OneOf([str(decision) for decision in DECISIONS])
    )
    note = prose(load_default="")
    reasons = fields.List(
        fields.Nested(ReasonFields),
        load_default=list,
        validate=validate.Length(max=MOST_REASONS),
    )

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> Verdict:
        reasons = [Reason(**reason) for reason in given["reasons"]]
        return Verdict(Action(given["decision"]), given["note"], reasons)


class NewResult(Schema):
    result = fields.String(
        required=True, validate=validate.OneOf([str(result) for result in Result])
    )
    remark = prose(load_default="")
    receipt = SignedReceipt(load_default=None, allow_none=True)
    fields_ = fields.Dict(
        keys=fields.String(validate=CODE), data_key="fields", attribute="fields", load_default=dict
    )

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> Outcome:
        return Outcome(**{**given, "result": Result(given["result"])})


class NewSubStatus(Schema):
    """Where a file in processing is, such as "sent to BKN", with a number and a date."""

    text = prose(LONGEST_NAME, required=True)
    number = prose(LONGEST_NAME, load_default=None, allow_none=True)
    day = fields.Date(load_default=None, allow_none=True, data_key="date")

    @post_load
    def _made(self, given: dict[str, Any], **_: Any) -> SubStatus:
        return SubStatus(**given)


class StatusQuestion(Schema):
    number = prose(LONGEST_NAME, required=True)
    lookup_code = prose(LONGEST_NAME, required=True)


class NewHoliday(Schema):
    day = fields.Date(required=True)
    name = prose(LONGEST_NAME, required=True)


class YearArgs(Schema):
    year = fields.Integer(required=True, validate=validate.Range(min=2000, max=2100))


class DayArgs(Schema):
    day = fields.Date(required=True)


class NumberArgs(Schema):
    """A number as people write it."""

    number = fields.String(required=True, metadata={"example": "DEMO/BEBAS-HUKDIS/2026/000001"})


class ProposalArgs(Schema):
    """A layanan's version never changes: who has it need not get it with every proposal."""

    definition = fields.Boolean(load_default=True)
