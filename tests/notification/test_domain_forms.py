from hypothesis import given, settings
from hypothesis import strategies as st

from services.notification.domain.forms import LETTER, Form
from services.notification.domain.rendering import Text

NOTICE = Text("Berkas demo/1", "Yth. Contoh,\n\nberkas  Anda diterima.")


def test_a_letter_is_left_as_it_is():
    assert LETTER.shape(NOTICE) == NOTICE


def test_one_line_has_the_subject_first():
    shaped = Form(lines=False).shape(NOTICE)

    assert shaped == Text("", "Berkas demo/1: Yth. Contoh, berkas Anda diterima.")


def test_what_is_too_long_ends_at_a_word():
    shaped = Form(longest=40, lines=False).shape(NOTICE)

    assert shaped.body == "Berkas demo/1: Yth. Contoh, berkas…"


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=300), st.booleans())
def test_no_text_is_longer_than_the_form_allows(subject, body, lines):
    shaped = Form(longest=120, lines=lines).shape(Text(subject, body))

    assert len(shaped.subject) + len(shaped.body) <= 120
