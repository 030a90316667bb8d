from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from chassis.http.api import Schema
from chassis.http.fields import Mail, Phone
from services.notification.domain.addresses import (
    UnusableAddress,
    email_address,
    masked,
    mobile_number,
    sender_address,
)
from services.notification.domain.recipients import recipients
from services.notification.domain.rendering import UnrenderableNotice

ONE = "0190a000-0000-7000-8000-000000000001"
TWO = "0190a000-0000-7000-8000-000000000002"


# What people type, with something that breaks it now and then.
PHONES = st.from_regex(
    r"(\+62|62|0062|0)?[ .-]?8[0-9]{2}[ .-]?[0-9]{4,8}[\n\u200b]?", fullmatch=True
)
LANDLINES = st.from_regex(r"\(?0(21|361|274)\)?[ -]?[2-9][0-9]{6,7}", fullmatch=True)
MAILS = st.emails() | st.builds("{}@{}.example".format, st.text(max_size=12), st.text(max_size=12))


class Contact(Schema):
    email = Mail()
    phone = Phone()


def taken(**typed):
    """What identity keeps, by the fields of its requests; None where it is refused."""
    try:
        return next(iter(Contact().load(typed).values()))
    except ValidationError:
        return None


@settings(max_examples=300)
@given(PHONES | LANDLINES | st.text(max_size=20))
def test_every_number_that_identity_takes_can_be_used_or_is_a_landline(typed):
    kept = taken(phone=typed)
    if kept is None:
        return

    try:
        assert mobile_number(kept) == kept.removeprefix("+")
    except UnusableAddress as refused:
        assert "WhatsApp" in str(refused)


@settings(max_examples=300)
@given(MAILS)
def test_every_mail_address_that_identity_takes_can_be_used(typed):
    kept = taken(email=typed)

    assert kept is None or email_address(kept) == kept


@pytest.mark.parametrize("written", ["", "siti", "a@b.test, c@d.test", "a@b.test\r\nBcc: c@d.test"])
def test_what_could_break_a_header_is_no_mail_address(written):
    with pytest.raises(UnusableAddress):
        email_address(written)


def test_whoever_sends_may_be_unnamed():
    assert sender_address("") == ""
    assert sender_address("Simpul@Kota.Example") == "Simpul@kota.example"


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
