"""An event is declared once: what it says, its contract and its sample are one."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from chassis.events import additive
from chassis.events.envelope import Event
from chassis.events.facts import Example, Facts, FactUnknown, contract, sample

LETTER = UUID("0190a000-0000-7000-8000-0000000000aa")
CODE = {"pattern": "^[a-z]+$"}


class Reason(Facts):
    code: Annotated[str, CODE, Example("torn")]
    target: str | None


class Returned(Facts, event="letter.returned.v1"):
    """A letter came back."""

    letter_id: UUID
    code: Annotated[str, "What went wrong.", CODE, Example("address")]
    weight: Annotated[int, {"minimum": 1}]
    registered: bool
    sent_on: date
    returned_at: datetime | None
    kind: Literal["letter", "parcel"] | None
    reasons: list[Reason]
    carrier: None
    bag: str | None = None


@dataclass(frozen=True)
class Letter:
    id: UUID = LETTER
    version: int = 3
    region: str = "demo"
    code: str = "address"
    weight: int = 20
    facts: dict[str, Any] = field(default_factory=dict)


def returned(**changes: Any) -> Event:
    known = {
        "letter_id": LETTER,
        "registered": True,
        "sent_on": date(2026, 11, 2),
        "returned_at": datetime(2026, 11, 3, 1, 2, tzinfo=UTC),
        "kind": None,
        "reasons": [Reason(code="torn", target=None)],
        "carrier": None,
    }
    return Returned.of(Letter(), known, **changes)


def fits(data: Any) -> None:
    Draft202012Validator(contract(Returned), format_checker=FormatChecker()).validate(data)


def test_an_event_says_what_is_given_then_what_is_known_then_what_the_row_says():
    event = returned(weight=7)

    assert (event.type, event.subject, event.version) == (
        "letter.returned.v1",
        f"letter/{LETTER}",
        3,
    )
    assert event.data == {
        "letter_id": str(LETTER),
        "code": "address",
        "weight": 7,
        "registered": True,
        "sent_on": "2026-11-02",
        "returned_at": "2026-11-03T01:02:00+00:00",
        "kind": None,
        "reasons": [{"code": "torn", "target": None}],
        "carrier": None,
    }
    fits(event.data)


def test_an_optional_fact_is_there_when_there_is_one():
    assert "bag" not in returned().data
    assert returned(bag="7").data["bag"] == "7"
    assert "bag" not in contract(Returned)["required"]


def test_a_fact_that_the_event_has_not_is_a_mistake():
    with pytest.raises(TypeError, match="colour"):
        returned(colour="red")


def test_the_contract_says_each_type():
    assert contract(Returned) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "letter.returned.v1",
        "description": "A letter came back.",
        "type": "object",
        "required": [*Returned.__annotations__][:-1],
        "properties": {
            "letter_id": {"type": "string", "format": "uuid"},
            "code": {"type": "string", "description": "What went wrong.", **CODE},
            "weight": {"type": "integer", "minimum": 1},
            "registered": {"type": "boolean"},
            "sent_on": {"type": "string", "format": "date"},
            "returned_at": {"type": ["string", "null"], "format": "date-time"},
            "kind": {"type": ["string", "null"], "enum": ["letter", "parcel", None]},
            "reasons": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["code", "target"],
                    "properties": {
                        "code": {"type": "string", **CODE},
                        "target": {"type": ["string", "null"]},
                    },
                    "additionalProperties": True,
                },
            },
            "carrier": {"type": "null"},
            "bag": {"type": "string"},
        },
        "additionalProperties": True,
    }


def test_the_sample_is_an_event_that_fits_the_contract():
    event = Event.from_cloudevent(sample(Returned, "letters"))

    fits(dict(event.data))
    assert event.subject == f"letter/{event.data['letter_id']}"
    assert event.source == "letters"
    assert event.data["code"] == "address"


def test_a_fact_that_json_cannot_say_is_refused():
    class Odd(Facts, event="letter.odd.v1"):
        weight: float

    with pytest.raises(FactUnknown, match="float"):
        contract(Odd)


def changed(**rules: Any) -> dict[str, Any]:
    declared = contract(Returned)
    return {**declared, "properties": {**declared["properties"], **rules}}


@pytest.mark.parametrize(
    "same",
    [
        {"returned_at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}},
        {"kind": {"enum": [None, "parcel", "letter"], "description": "Other words."}},
    ],
)
def test_another_way_to_write_a_contract_is_the_same_promise(same: dict[str, Any]):
    assert additive.broken_promises(changed(**same), contract(Returned)) == []
    assert additive.broken_promises(contract(Returned), changed(**same)) == []


@pytest.mark.parametrize(
    "rule",
    [{"type": "string"}, {"type": "integer"}, {"type": ["integer", "null"], "minimum": 1}],
)
def test_another_type_or_limit_breaks_what_was_promised(rule: dict[str, Any]):
    assert additive.broken_promises(contract(Returned), changed(weight=rule)) == ["weight"]


def test_a_member_may_come_but_not_go_and_not_become_optional():
    now = contract(Returned)
    fewer = {**now, "required": [name for name in now["required"] if name != "code"]}
    without = {key: rule for key, rule in now["properties"].items() if key != "code"}

    assert additive.broken_promises(now, changed(more={"type": "string"})) == []
    assert additive.broken_promises(now, fewer) == ["code"]
    assert additive.broken_promises(now, {**fewer, "properties": without}) == ["code"]


def test_a_member_is_not_required_that_was_not_before():
    now = contract(Returned)
    more = changed(more={"type": "string"})

    assert additive.broken_promises(now, {**now, "required": [*now["required"], "bag"]}) == ["bag"]
    assert additive.broken_promises(now, {**more, "required": [*now["required"], "more"]}) == [
        "more"
    ]
