"""The pure values: NIP, periods, working days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.kernel.nip import InvalidNip, numbers_joined, parse_nip
from chassis.kernel.period import Period, add_months, full_months
from chassis.kernel.working_days import add_working_days, is_working_day, next_working_day


def test_a_pns_number_tells_birth_appointment_sex_and_serial():
    nip = parse_nip("199001012015011999")

    assert (nip.kind, nip.born, nip.appointed_on) == ("pns", date(1990, 1, 1), date(2015, 1, 1))
    assert (nip.sex, nip.serial, nip.frequency) == ("male", 999, None)


def test_a_pppk_number_tells_year_and_frequency():
    nip = parse_nip("199201152023212998")

    assert (nip.kind, nip.born, nip.appointed_year) == ("pppk", date(1992, 1, 15), 2023)
    assert (nip.frequency, nip.sex, nip.serial, nip.appointed_on) == (1, "female", 998, None)


@pytest.mark.parametrize(
    "typed",
    [
        "19900101 201501 1 999",
        "19900101.201501.1.999",
        "19900101-201501-1-999",
        "'199001012015011999",
        "\ufeff199001012015011999\u200b",
        "\u202a199001012015011999\u202c",
        "１９９００１０１２０１５０１１９９９",
        "19900101\u00a0201501–1’999\n",
    ],
)
def test_a_number_is_read_in_any_notation(typed):
    assert parse_nip(typed) == parse_nip("199001012015011999")
    assert parse_nip(typed).printed == "19900101 201501 1 999"


@pytest.mark.parametrize(
    ("words", "joined"),
    [
        ("19900101 201501 1 999", ["199001012015011999"]),
        ("1990.0101.2015 01-1-999 kgb", ["199001012015011999", "kgb"]),
        ("kgb 19900101 201501 1 999 000017", ["kgb", "199001012015011999", "000017"]),
        ("19900101 2015", ["199001012015"]),
        ("2026-11 7", ["2026-11", "7"]),
    ],
)
def test_the_parts_of_a_number_among_words_are_put_together(words, joined):
    assert numbers_joined(words.split()) == joined


TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("191912312015011999", "birth_year"),
        ("200002012015011999", "age"),
        ("195401012015021999", "age"),
        ("201001012023212998", "age"),
        ("199001012028011999", "future"),
    ],
)
def test_a_number_that_nobody_can_have_is_not_registered_but_found(text, reason):
    with pytest.raises(InvalidNip) as refused:
        parse_nip(text, today=TODAY)

    assert refused.value.params["reason"] == reason
    assert parse_nip(text).digits == text


@pytest.mark.parametrize(
    "text",
    [
        *("200001012015011999", "195501012015011999", "199001012027121999"),
        *("200812312023212998", "196201012023212998"),
    ],
)
def test_the_youngest_the_oldest_and_next_years_are_plausible(text):
    assert parse_nip(text, today=TODAY).digits == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("199013012015011999", "birth_date"),
        ("199002302015011999", "birth_date"),
        ("199001012015131999", "appointment"),
        ("199001012015001999", "appointment"),
        ("199001012015201999", "appointment"),
        ("199001012015013999", "sex"),
        ("199001012015011000", "serial"),
        ("19900101201501199", "length"),
        ("1990010120150119990", "length"),
        ("19900101201501199x", "length"),
        ("١٩٩٠٠١٠١٢٠١٥٠١١٩٩٩", "length"),
        ("", "length"),
    ],
)
def test_a_wrong_number_is_refused_with_the_reason_and_the_field(text, reason):
    with pytest.raises(InvalidNip) as refused:
        parse_nip(text, pointer="/employee/nip")

    assert refused.value.params["reason"] == reason
    assert refused.value.errors[0].pointer == "/employee/nip"


@given(st.text(max_size=24))
def test_any_text_is_either_a_number_or_a_clear_refusal(text):
    try:
        assert len(parse_nip(text).digits) == 18
    except InvalidNip as refused:
        assert refused.detail("id")


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        (date(2014, 5, 1), date(2024, 5, 1), 120),
        (date(2014, 6, 1), date(2024, 5, 1), 119),
        (date(2014, 5, 2), date(2024, 5, 1), 119),
        (date(2024, 5, 1), date(2014, 5, 1), 0),
    ],
)
def test_only_whole_months_count(earlier, later, months):
    assert full_months(earlier, later) == months


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 1, 15), -2, date(2023, 11, 15)),
        (date(2022, 12, 1), 24, date(2024, 12, 1)),
    ],
)
def test_a_date_moves_by_months_and_stays_in_the_month(day, months, moved):
    assert add_months(day, months) == moved


def test_periods_know_their_days_and_overlaps():
    may = Period(date(2024, 5, 1), date(2024, 5, 31))
    open_ended = Period(date(2024, 5, 31))

    assert may.contains(date(2024, 5, 31))
    assert not may.contains(date(2024, 6, 1))
    assert may.overlaps(open_ended)
    assert open_ended.overlaps(may)
    assert not may.overlaps(Period(date(2024, 6, 1)))
    with pytest.raises(ValueError, match="before it begins"):
        Period(date(2024, 5, 2), date(2024, 5, 1))


def test_working_days_leave_out_weekends_and_holidays():
    friday, monday, tuesday = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)

    assert add_working_days(friday, 1) == monday
    assert add_working_days(friday, 1, {monday}) == tuesday
    assert next_working_day(date(2026, 11, 21)) == monday
    with pytest.raises(ValueError, match="negative"):
        add_working_days(friday, -1)


@given(
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.integers(0, 60),
    st.sets(st.dates(date(2020, 1, 1), date(2035, 12, 31)), max_size=20),
)
def test_the_promised_day_is_a_working_day_and_never_early(start, count, holidays):
    day = add_working_days(start, count, holidays)

    assert is_working_day(day, holidays)
    assert (day - start).days >= count
