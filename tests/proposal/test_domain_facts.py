"""What follows from the facts of an employee: tenure, first promotion, moved in (R7, A12, A13)."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.proposal.domain.facts import (
    Moment,
    has_moved_in,
    is_first_promotion,
    period_of,
    with_computed,
    with_defaults,
    with_implied,
)
from tests.builders.definitions import seeded

KP = seeded("kp_fungsional")
APRIL = Moment(datetime(2026, 4, 10, 3, tzinfo=UTC), ZoneInfo("Asia/Jakarta"))


@pytest.mark.parametrize(
    ("tmt_cpns", "months"),
    [("2014-05-01", 120), ("2014-06-01", 119), ("2014-05-02", 119), (None, None), ("?", None)],
)
def test_tenure_counts_whole_months_to_the_first_day_of_the_period(
    tmt_cpns: str | None, months: int | None
) -> None:
    facts = with_computed({"tmt_cpns": tmt_cpns}, period=date(2024, 5, 1))

    assert facts["tenure_months"] == months


@pytest.mark.parametrize(
    ("first", "present", "answer"),
    [("III/a", "III/a", True), ("III/a", "III/b", False), (None, "III/a", None)],
)
def test_a_first_promotion_is_one_from_the_first_golongan(
    first: str | None, present: str, answer: bool | None
) -> None:
    assert is_first_promotion({"golongan_pertama": first, "golongan": present}) is answer


@pytest.mark.parametrize(
    ("entered", "promoted", "answer"),
    [
        ("2015-01-01", "2019-04-01", False),
        ("2021-03-01", "2019-04-01", True),
        ("2021-03-01", "2023-04-01", False),
        ("2021-03-01", None, True),
        (None, "2019-04-01", None),
    ],
)
def test_somebody_moved_in_who_has_had_no_promotion_here(
    entered: str | None, promoted: str | None, answer: bool | None
) -> None:
    facts = {"tmt_cpns": "2015-01-01", "masuk_daerah": entered, "tmt_golongan": promoted}

    assert has_moved_in(facts) is answer


class TestDefaults:
    FACTS = {
        "golongan_pertama": "III/a",
        "golongan": "III/a",
        "tmt_cpns": "2020-01-01",
        "masuk_daerah": "2020-01-01",
    }

    def fill(self, values: dict[str, Any], facts: dict[str, Any] | None = None) -> dict[str, Any]:
        return with_defaults(KP, values, self.FACTS if facts is None else facts, APRIL)

    def test_fill_in_what_can_be_computed(self) -> None:
        assert self.fill({}) == {
            "periode_kp": "2026-06",
            "kp_pertama": True,
            "mutasi_masuk": False,
        }

    def test_leave_a_corrected_answer_alone(self) -> None:
        filled = self.fill({"kp_pertama": False, "periode_kp": "2026-07"})

        assert filled["kp_pertama"] is False
        assert filled["periode_kp"] == "2026-07"

    def test_ask_the_applicant_where_the_facts_are_silent(self) -> None:
        assert set(self.fill({}, facts={})) == {"periode_kp"}

    def test_overwrite_what_only_the_system_may_set(self) -> None:
        award = seeded("asn_berprestasi")
        may = Moment(datetime(2026, 5, 21, 3, tzinfo=UTC), ZoneInfo("Asia/Jakarta"))

        filled = with_defaults(award, {"masa_penilaian": "2031-01"}, {}, may)

        assert filled == {"masa_penilaian": "2026-05"}


def test_an_adjustment_to_a_diploma_goes_by_its_examination_whatever_was_entered() -> None:
    asked = {"jenis_kp": "penyesuaian_ijazah", "jalur_ujian": "none"}
    letter = KP.requirement("surat_lulus_ujian")

    filled = with_defaults(KP, asked, {}, APRIL)
    other = with_implied(KP, {"jenis_kp": "pilihan_jf", "jalur_ujian": "none"}, {}, APRIL)

    assert filled["jalur_ujian"] == "penyesuaian_ijazah"
    assert other["jalur_ujian"] == "none"
    assert letter is not None
    assert letter.need.applies(filled, {})


def test_the_period_is_the_chosen_one_else_the_one_offered_else_this_month() -> None:
    assert period_of(KP, {"periode_kp": "2026-12"}, APRIL) == date(2026, 12, 1)
    assert period_of(KP, {}, APRIL) == date(2026, 6, 1)
    assert period_of(seeded("bebas_hukdis"), {}, APRIL) == date(2026, 4, 1)
