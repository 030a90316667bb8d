import pytest

from services.notification.domain.words import NotShowable, in_words


@pytest.mark.parametrize(
    ("value", "language", "words"),
    [
        ("2026-11-22", "id", "22 November 2026"),
        ("2026-08-01", "id", "1 Agustus 2026"),
        ("2026-08-01", "en", "1 August 2026"),
        ("2026-11-22T17:30:00Z", "id", "23 November 2026 pukul 00.30 WIB"),
        ("2026-11-22T17:30:00+00:00", "en", "23 November 2026 at 00:30 WIB"),
        ("2026-99-22", "id", "2026-99-22"),
        (True, "id", "ya"),
        (False, "en", "no"),
        (3, "id", "3"),
        (["a", "b"], "id", "a, b"),
        ("demo/kgb/2026/7", "id", "demo/kgb/2026/7"),
    ],
)
def test_a_fact_is_put_into_words(value, language, words):
    assert in_words(value, language, "Asia/Jakarta") == words


def test_an_unknown_zone_does_not_lose_the_instant():
    assert in_words("2026-11-22T17:30:00Z", "id", "Mars/Base").endswith("17.30 UTC+0000")


def test_an_object_is_not_shown():
    with pytest.raises(NotShowable):
        in_words({"code": "x"}, "id", "Asia/Jakarta")


def test_what_nobody_sees_goes_and_the_lines_stay():
    assert in_words("satu\r\nd\u202eua\x00", "id", "Asia/Jakarta") == "satu\ndua"
