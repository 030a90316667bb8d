from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notification.domain.addresses import (
    UnusableAddress,
    email_address,
    masked,
    mobile_number,
)
from services.notification.domain.recipients import recipients
from services.notification.domain.rendering import UnrenderableNotice

ONE = "0190a000-0000-7000-8000-000000000001"
TWO = "0190a000-0000-7000-8000-000000000002"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0812-0000-0001", "6281200000001"),
        ("+62 812 0000 0001", "6281200000001"),
        ("6281200000001", "6281200000001"),
    ],
)
def test_a_number_is_brought_to_digits_with_country_code(written, number):
    assert mobile_number(written) == number


@pytest.mark.parametrize("written", ["", "0", "12", "08x", "6281\n2000", "0" * 40, "+"])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(UnusableAddress):
        mobile_number(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "siti",
        "siti@contoh",
        "a@b.test\r\nBcc: c@d.test",
        "a@b.test, c@d.test",
        "<a@b.test>",
        "sitĩ@b.test",
        "a b@c.test",
        "a" * 250 + "@b.test",
    ],
)
def test_what_could_break_a_header_is_no_mail_address(written):
    with pytest.raises(UnusableAddress):
        email_address(written)


@given(st.text())
def test_an_accepted_mail_address_is_one_ascii_token(text):
    try:
        address = email_address(text + "@dinas.example")
    except UnusableAddress:
        return

    assert address.isascii()
    assert address.split() == [address]
    assert not set(address) & set('<>,;:"\\')


def test_lists_show_addresses_masked():
    assert masked("siti@dinas.example") == "si***@dinas.example"
    assert masked("6281200000001") == "6281*******01"


def test_recipients_are_one_id_or_several_each_once():
    assert recipients("applicant_id", {"applicant_id": ONE}) == [UUID(ONE)]
    assert recipients("decider_ids", {"decider_ids": [ONE, TWO, ONE]}) == [UUID(ONE), UUID(TWO)]
    assert recipients("decider_ids", {"decider_ids": []}) == []
    assert recipients("applicant_id", {"applicant_id": None}) == []


@pytest.mark.parametrize("data", [{}, {"to": "nobody"}, {"to": [7]}, {"to": {"id": ONE}}])
def test_recipients_that_cannot_be_read_are_an_error(data):
    with pytest.raises(UnrenderableNotice):
        recipients("to", data)
