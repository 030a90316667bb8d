"""What every text from outside becomes, or why it is refused (R36)."""

import sqlite3

import pytest
from hypothesis import given

from chassis.kernel import text
from chassis.kernel.errors import Invalid
from tests.builders.texts import TEXTS


def reason(clean, typed, **options):
    with pytest.raises(Invalid) as refused:
        clean(typed, pointer="/name", **options)
    (error,) = refused.value.errors
    assert error.pointer == "/name"
    assert error.id
    assert error.en
    return error.code


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Budi\tSanto", "Budi Santo"),
        ("  Siti   Aminah ", "Siti Aminah"),
        ("Siti\u00a0\u00a0Aminah\n", "Siti Aminah"),
        ("Si\u00adti\u200b A\u2060minah\ufeff", "Siti Aminah"),
        ("Rene\u0301", "René"),
        ("Ma’ruf", "Ma’ruf"),
        ("Siti\u3000Aminah", "Siti Aminah"),
    ],
)
def test_a_name_is_cleaned(typed, name):
    assert text.name(typed) == name


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("   ", "nothing_left"),
        ("\u200b", "nothing_left"),
        ("\u3164\u3164", "nothing_left"),
        ("", "nothing_left"),
        ("Andini \u202egnp.exe Contoh", "direction_mark"),
        ("Andini\u200f", "direction_mark"),
        ("Budi\tSanto\nso", "line_break"),
        ("Budi\u2028Santoso", "line_break"),
        ("Budi\x00", "control_character"),
        ("Budi\x07", "control_character"),
        ("Budi\x85", "control_character"),
        ("Syarat \ud83d seleksi", "broken_character"),
        ("Syarat \ufffe", "broken_character"),
        ("Syarat \ufdd0", "broken_character"),
        ("Bu\u200cdi", "invisible_character"),
        ("Bu\u200ddi", "invisible_character"),
        ("Budi 👩\u200d", "invisible_character"),
        ("Bu\U000e0041di", "invisible_character"),
    ],
)
def test_a_name_is_refused_with_the_reason_and_the_field(typed, why):
    assert reason(text.name, typed) == why


def test_prose_keeps_its_lines_and_their_ends_are_one_character():
    assert text.prose(" satu\r\ndua\rtiga\n\nempat \r\n") == "satu\ndua\ntiga\n\nempat"


@pytest.mark.parametrize(
    "emoji", ["👩\u200d💻", "🏳\ufe0f\u200d🌈", "👍🏽", "👩🏽\u200d🚒", "❤\ufe0f\u200d🔥"]
)
def test_emoji_that_are_joined_stay_whole(emoji):
    assert text.prose(f"Terima kasih {emoji}") == f"Terima kasih {emoji}"


MARKED = "a" + "\u0301\u0323" * 40


def test_a_letter_has_no_more_marks_than_any_script_needs():
    assert reason(text.name, MARKED) == "too_many_marks"
    assert len(text.shown_line(MARKED)) < 40
    assert text.fold(MARKED + "b") == "ab"


def test_a_text_that_may_be_empty_may_hold_nothing_but_no_trick():
    assert text.prose(" \r\n\u200b", may_be_empty=True) == ""
    assert reason(text.prose, "\u3164", may_be_empty=True) == "nothing_left"


@pytest.mark.parametrize("secret", [" kata  sandi\t", "Ma\u0301lam\u200b", "\u202e", "a\r\nb"])
def test_a_secret_is_taken_exactly_as_it_comes(secret):
    assert text.exact(secret) == secret


@pytest.mark.parametrize("secret", ["a\x00", "\ud83d"])
def test_what_no_database_keeps_is_refused_even_there(secret):
    assert reason(text.exact, secret) in ("control_character", "broken_character")


def test_what_is_only_shown_loses_what_would_be_refused():
    # a direction mark, a zero-width space, a bell, a line separator
    assert text.shown_line("a\u202eb\u200bc\x07d\u2028e\r\nBcc: x@y.test") == "abcd e Bcc: x@y.test"
    assert text.shown_block("satu \r\ndua\rtiga\x00") == "satu\ndua\ntiga"


@pytest.mark.parametrize("clean", [text.line, text.name, text.prose])
@given(typed=TEXTS)
def test_what_was_cleaned_is_clean(clean, typed):
    try:
        cleaned = clean(typed, may_be_empty=True)
    except Invalid:
        return

    assert clean(cleaned, may_be_empty=True) == cleaned


@given(typed=TEXTS)
def test_what_is_shown_would_never_be_refused(typed):
    for show, clean in ((text.shown_line, text.name), (text.shown_block, text.prose)):
        shown = show(typed)
        assert show(shown) == shown
        try:
            assert clean(shown, may_be_empty=True) == shown
        except Invalid as refused:
            assert refused.errors[0].code == "nothing_left"


@given(typed=TEXTS)
def test_whatever_passes_is_stored_and_read_back_alike(typed):
    database = sqlite3.connect(":memory:")
    for clean in (text.line, text.name, text.prose, text.exact):
        try:
            passed = clean(typed)
        except Invalid:
            continue
        assert database.execute("SELECT ?", (passed,)).fetchone() == (passed,)
    database.close()


@pytest.mark.parametrize(
    "written", ["Ma'ruf", "Ma’ruf", "maruf", "MA`RUF", "Ｍa‘ruf", "Ma\u0301ʼruf"]
)
def test_case_width_accents_and_apostrophes_make_no_difference(written):
    assert text.fold(written) == "maruf"


@given(typed=TEXTS)
def test_what_was_folded_is_folded(typed):
    assert text.fold(text.fold(typed)) == text.fold(typed)
