"""Dates, times, numbers and lists in both languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from chassis.kernel import words

INSTANT = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("id", "1 Agustus 2026", "Agustus 2026"),
        ("en", "1 August 2026", "August 2026"),
        ("fr", "1 Agustus 2026", "Agustus 2026"),
    ],
)
def test_a_day_and_a_month(language, day, month):
    assert words.day(date(2026, 8, 1), language) == day
    assert words.month(date(2026, 8, 1), language) == month


@pytest.mark.parametrize(
    ("zone", "language", "told"),
    [
        ("Asia/Jakarta", "id", "23 November 2026 pukul 00.30 WIB"),
        ("Asia/Pontianak", "id", "23 November 2026 pukul 00.30 WIB"),
        ("Asia/Makassar", "id", "23 November 2026 pukul 01.30 WITA"),
        ("Asia/Jayapura", "en", "23 November 2026 at 02:30 WIT"),
        ("Mars/Base", "id", "22 November 2026 pukul 17.30 UTC+0000"),
        ("", "id", "22 November 2026 pukul 17.30 UTC+0000"),
    ],
)
def test_an_instant_is_told_in_a_zone_with_its_name(zone, language, told):
    assert words.moment(INSTANT, language, zone) == told


def test_an_instant_without_an_offset_is_none():
    with pytest.raises(ValueError, match="offset"):
        words.moment(datetime(2026, 11, 22, 17, 30), "id", "Asia/Jakarta")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("written", "indonesian", "english"),
    [
        (lambda language: words.number(1234.5, language), "1.234,5", "1,234.5"),
        (lambda language: words.rupiah(1_500_000, language), "Rp1.500.000", "Rp1,500,000"),
        (lambda language: words.rupiah(Decimal("0.5"), language), "Rp0,50", "Rp0.50"),
        (lambda language: words.size(1_572_864, language), "1,5 MB", "1.5 MB"),
        (lambda language: words.size(512_000, language), "500 KB", "500 KB"),
        (lambda language: words.size(5, language), "5 byte", "5 byte"),
        (
            lambda language: words.duration(timedelta(days=3, hours=1, minutes=5), language),
            "3 hari 1 jam 5 menit",
            "3 days 1 hour 5 minutes",
        ),
        (lambda language: words.duration(timedelta(0), language), "0 menit", "0 minutes"),
        (lambda language: words.listed(["a", "b", "c"], language), "a, b, dan c", "a, b and c"),
        (lambda language: words.listed(["a", "b"], language, "or"), "a atau b", "a or b"),
    ],
)
def test_numbers_money_sizes_durations_and_lists(written, indonesian, english):
    assert written("id") == indonesian
    assert written("en") == english
