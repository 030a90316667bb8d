"""What a handler reads is said by types; a handler is given nothing else."""

from typing import Any
from uuid import UUID

import pytest

from chassis.events.inbox import reading

ID = "0190a000-0000-7000-8000-000000000001"
READS = reading(letter_id=UUID, code=str, registered=bool, weight=int, note=str | None)
GOOD = {"letter_id": ID, "code": "x", "registered": True, "weight": 1, "note": None}


@pytest.mark.parametrize("data", [GOOD, {**GOOD, "note": "x", "added_later": [1]}])
def test_what_fits_is_taken_and_more_is_tolerated(data: dict[str, Any]):
    assert READS.validate(data) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("letter_id", "nobody"),
        ("letter_id", None),
        ("code", 3),
        ("registered", "yes"),
        ("weight", "1"),
        ("weight", 1.5),
        ("note", 3),
    ],
)
def test_what_does_not_fit_is_named(name: str, value: Any):
    assert list(READS.validate({**GOOD, name: value})) == [name]


def test_what_is_missing_is_named():
    assert list(READS.validate({})) == list(GOOD)
