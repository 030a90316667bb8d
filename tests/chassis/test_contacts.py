"""Telephone numbers and mail addresses as people type them (R37)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.kernel.contacts import NoMobile, mail_address, mobile_number, phone_number
from chassis.kernel.errors import Invalid

ONE_NUMBER = [
    "0812-3456-7890",
    "'081234567890",
    "081234567890",
    "081234567890\n",
    "81234567890",
    "6281234567890",
    "62812 3456 7890",
    "+6281234567890",
    "+62 0812-3456-7890",
    "+62081234567890",
    "+62 (0)812 3456 7890",
    "006281234567890",
    "0062 812 3456 7890",
    "０８１２３４５６７８９０",
    "0812–3456–7890",
    "\u202a+62 812-3456-7890\u202c",
    "0812.3456.7890",
]


@pytest.mark.parametrize("typed", ONE_NUMBER)
def test_one_number_is_one_number_however_it_is_written(typed):
    assert phone_number(typed) == mobile_number(typed) == "+6281234567890"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "0", "12", "08x", "112", "+", "0" * 40, "+628120000", "0812ABC4567"),
        *("00812 3456 7890", "0361-234567 ext 12", "6281\n2000", "1" * 400),
    ],
)
def test_what_is_nobodys_number_is_refused_with_the_field(typed):
    with pytest.raises(Invalid) as refused:
        phone_number(typed, pointer="/contact/phone")

    (error,) = refused.value.errors
    assert (error.pointer, error.code) == ("/contact/phone", "invalid_phone")


def test_a_number_of_another_country_keeps_it():
    assert mobile_number("+60 12-345 6789") == "+60123456789"


@pytest.mark.parametrize("typed", ["0361234567", "(021) 500-123", "0800-1-234567"])
def test_a_landline_can_be_called_and_gets_no_whatsapp(typed):
    assert phone_number(typed).startswith("+62")

    with pytest.raises(NoMobile) as refused:
        mobile_number(typed)

    assert "WhatsApp" in refused.value.detail("id")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Siti@Dinas.Example ", "Siti@dinas.example"),
        ("siti@bücher.example", "siti@xn--bcher-kva.example"),
        ("a.b+c@x.test", "a.b+c@x.test"),
        ("a@b。test", "a@b.test"),
        ("siti@dinas\u200b.example", "siti@dinas.example"),
    ],
)
def test_a_mail_address_is_brought_to_ascii(typed, address):
    assert mail_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        *("", "siti", "siti@contoh", "@b.test", "a@", "a@b.test\r\nBcc: c@d.test", "<a@b.test>"),
        *("a@b.test, c@d.test", "sitĩ@b.test", "a b@c.test", ".a@b.test", "a..b@b.test"),
        *("a@[1.2.3.4]", "a@1.2.3.4", "a@b_c.test", "a@-b.test", "a@b.test.", "a@xn--a.test"),
        *("a" * 65 + "@b.test", "a@" + "b." * 130 + "test", "a@b.test" + " " * 400),
    ],
)
def test_what_no_mail_can_reach_is_refused(typed):
    with pytest.raises(Invalid) as refused:
        mail_address(typed)

    assert refused.value.errors[0].code == "invalid_email"


PHONES = st.text("0123456789+-(). /", max_size=20) | st.sampled_from(ONE_NUMBER)


@given(PHONES | st.text(max_size=20))
def test_a_kept_number_stays_as_it_is(typed):
    try:
        kept = phone_number(typed)
    except Invalid:
        return

    assert phone_number(kept) == kept
    assert kept[0] == "+"
    assert kept[1:].isdecimal()


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_kept_address_is_one_ascii_token_and_stays_as_it_is(local, domain):
    try:
        kept = mail_address(f"{local}@{domain}.example")
    except Invalid:
        return

    assert mail_address(kept) == kept
    assert kept.isascii()
    assert kept.split() == [kept]
    assert not set(kept) & set('<>,;:"\\')
