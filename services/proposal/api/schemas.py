"""What clients send, one schema per purpose; unknown members are refused."""

import unicodedata
from typing import Any

from marshmallow import ValidationError, fields, validate

from chassis.http.api import Schema
from chassis.http.paging import PageArgs
from services.proposal.adapters.receipts import LONGEST as LONGEST_RECEIPT
from services.proposal.domain.stages import DECISIONS, Result

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


class NewDocument(Schema):
    receipt = fields.String(
        required=True,
        validate=validate.Length(min=1, max=LONGEST_RECEIPT),
        metadata={"description": "The receipt that documents gave for the upload"},
    )


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
        required=True, validate=validate.OneOf([str(one) for one in DECISIONS])
    )
    note = prose(load_default="")
    reasons = fields.List(
        fields.Nested(ReasonFields),
        load_default=list,
        validate=validate.Length(max=MOST_REASONS),
    )


class NewResult(Schema):
    result = fields.String(required=True, validate=validate.OneOf([str(one) for one in Result]))
    remark = prose(load_default="")
    receipt = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=LONGEST_RECEIPT),
    )
    fields_ = fields.Dict(
        keys=fields.String(validate=CODE), data_key="fields", attribute="fields", load_default=dict
    )


class NewSubStatus(Schema):
    """Where a file in processing is, such as "sent to BKN", with a number and a date."""

    text = prose(LONGEST_NAME, required=True)
    number = prose(LONGEST_NAME, load_default=None, allow_none=True)
    date = fields.Date(load_default=None, allow_none=True)


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
