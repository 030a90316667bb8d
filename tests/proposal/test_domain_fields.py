"""One value at a time: types, lengths, limits, options, and fields another answer requires."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.kernel.errors import FieldError
from services.proposal.domain.checking import check_draft, check_resubmit, check_result
from services.proposal.domain.facts import Moment
from services.proposal.domain.filing import Applicant
from tests.builders.definitions import a_definition, seeded

TODAY = Moment(datetime(2026, 4, 10, 3, tzinfo=UTC), ZoneInfo("Asia/Jakarta"))


def check_whole(values: dict[str, Any]) -> list[FieldError]:
    return check_resubmit(
        FORM, values=values, documents={}, applicant=Applicant("pns"), moment=TODAY
    )


OPTIONS = [{"value": value, "label": {"id": value}} for value in ("satu", "dua")]
FORM = a_definition(
    fields=[
        {"name": "teks", "type": "text", "label": {"id": "T"}, "minimum": 3, "maximum": 5},
        {"name": "angka", "type": "int", "label": {"id": "T"}, "minimum": 1, "maximum": 20},
        {"name": "hari", "type": "date", "label": {"id": "T"}},
        {"name": "bulan", "type": "month", "label": {"id": "T"}},
        {"name": "pilih", "type": "enum", "label": {"id": "T"}, "options": OPTIONS},
        {"name": "beberapa", "type": "multi", "label": {"id": "T"}, "options": OPTIONS},
        {"name": "ya", "type": "bool", "label": {"id": "T"}},
        {
            "name": "alasan",
            "type": "text",
            "label": {"id": "T"},
            "required": {"field": "ya", "equals": True},
        },
    ],
)


class TestFields:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("teks", "abc"),
            ("teks", "ab\nde"),
            ("angka", 20),
            ("hari", "2028-02-29"),
            ("bulan", "2026-12"),
            ("pilih", "dua"),
            ("beberapa", ["satu", "dua"]),
            ("ya", False),
            ("ya", None),
            ("teks", ""),
        ],
    )
    def test_take_values_of_their_type(self, name: str, value: Any) -> None:
        assert check_draft(FORM, {name: value}) == []

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("teks", "ab", "too_short"),
            ("teks", "abcdef", "too_long"),
            ("teks", 5, "wrong_type"),
            ("teks", "a\x00b", "control_character"),
            ("teks", "\ud83dabc", "broken_character"),
            ("teks", "\u200b", "nothing_left"),
            ("angka", 0, "out_of_range"),
            ("angka", 21, "out_of_range"),
            ("angka", "20", "wrong_type"),
            ("angka", True, "wrong_type"),
            ("angka", 1.5, "wrong_type"),
            ("hari", "2026-02-29", "wrong_type"),
            ("hari", "20260228", "wrong_type"),
            ("hari", "0001-01-01", "out_of_range"),
            ("hari", "9999-12-31", "out_of_range"),
            ("bulan", "2026-13", "wrong_type"),
            ("bulan", "1899-12", "out_of_range"),
            ("bulan", "2026-01-01", "wrong_type"),
            ("pilih", "tiga", "unknown_option"),
            ("beberapa", ["satu", "tiga"], "unknown_option"),
            ("beberapa", ["satu", "satu"], "unknown_option"),
            ("beberapa", "satu", "wrong_type"),
            ("ya", "true", "wrong_type"),
            ("ya", [], "wrong_type"),
            ("teks", [], "wrong_type"),
            ("hari", [], "wrong_type"),
            ("pilih", [], "unknown_option"),
            ("nip", "1", "unknown_field"),
        ],
    )
    def test_refuse_everything_else(self, name: str, value: Any, code: str) -> None:
        errors = check_draft(FORM, {name: value})

        assert [(e.pointer, e.code) for e in errors] == [(f"/fields/{name}", code)]

    def test_can_be_required_by_another_answer(self) -> None:
        assert [error.pointer for error in check_whole({"ya": True})] == ["/fields/alasan"]
        assert check_whole({"ya": False}) == []

    @given(
        name=st.sampled_from([field.name for field in FORM.fields]),
        value=st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ),
    )
    def test_answer_any_json_with_a_list_of_errors(self, name: str, value: Any) -> None:
        assert isinstance(check_draft(FORM, {name: value}), list)
        assert isinstance(check_whole({name: value}), list)


class TestResultFacts:
    def test_are_checked_like_fields(self) -> None:
        assert (
            check_result(
                seeded("kp_fungsional"), {"tanggal_sk": "2026-05-20", "nomor_sk": "1/2026"}
            )
            == []
        )
        errors = check_result(seeded("kp_fungsional"), {"tanggal_sk": "kemarin", "gaji": 1})
        assert {error.code for error in errors} == {"wrong_type", "unknown_field"}
