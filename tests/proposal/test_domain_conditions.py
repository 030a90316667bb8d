"""Conditions as data: what they mean; what is none is refused by the schema."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.conditions import read_condition


def holds(
    data: dict[str, Any],
    values: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
) -> bool:
    return read_condition(data).holds(values or {}, facts or {})


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ({"field": "kp_pertama", "equals": True}, {"kp_pertama": True}, True),
        ({"field": "kp_pertama", "equals": True}, {"kp_pertama": False}, False),
        ({"field": "kp_pertama", "equals": True}, {}, False),
        ({"field": "kp_pertama", "equals": True}, {"kp_pertama": 1}, False),
        ({"field": "jalur_ujian", "in": ["ujian_dinas"]}, {"jalur_ujian": "ujian_dinas"}, True),
        ({"field": "jalur_ujian", "in": ["ujian_dinas"]}, {"jalur_ujian": "none"}, False),
        ({"field": "jenis_dokumen", "in": ["a", "b"]}, {"jenis_dokumen": ["b", "c"]}, True),
        ({"field": "jenis_dokumen", "in": ["a"]}, {"jenis_dokumen": ["c"]}, False),
        ({"field": "jumlah", "at_least": 2}, {"jumlah": 2}, True),
        ({"field": "jumlah", "below": 2}, {"jumlah": 2}, False),
        ({"field": "jumlah", "at_least": 2}, {"jumlah": "banyak"}, False),
        ({"field": "jalur_ujian", "is_set": True}, {"jalur_ujian": ""}, False),
        ({"field": "jalur_ujian", "is_set": False}, {}, True),
    ],
)
def test_a_comparison_reads_the_entered_value(
    condition: dict[str, Any], values: dict[str, Any], expected: bool
) -> None:
    assert holds(condition, values) is expected


def test_a_fact_is_read_from_the_applicant_not_from_the_form() -> None:
    teacher = {"fact": "guru", "equals": True}

    assert holds(teacher, facts={"guru": True})
    assert not holds(teacher, values={"guru": True})


def test_groups_combine_conditions() -> None:
    first = {"field": "kp_pertama", "equals": True}
    teacher = {"fact": "guru", "equals": True}

    assert holds({"all": [first, {"not": teacher}]}, {"kp_pertama": True}, {"guru": False})
    assert not holds({"all": [first, teacher]}, {"kp_pertama": True}, {"guru": False})
    assert holds({"any": [first, teacher]}, {}, {"guru": True})


def test_a_condition_knows_the_fields_it_looks_at() -> None:
    data = {
        "any": [
            {"field": "kp_pertama", "equals": True},
            {"not": {"field": "jumlah", "below": 1}},
            {"fact": "guru", "equals": True},
        ],
    }

    assert read_condition(data).fields == {"kp_pertama", "jumlah"}


@given(
    known=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=5,
    ),
    operator=st.sampled_from(["equals", "in", "at_least", "below"]),
)
def test_no_value_makes_a_condition_fail(known: Any, operator: str) -> None:
    operand = ["a", 1] if operator == "in" else 1
    condition = read_condition({"field": "jumlah", operator: operand})

    assert condition.holds({"jumlah": known}, {}) in (True, False)
