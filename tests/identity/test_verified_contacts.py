"""An address is its owner's once a code that came there was typed back (R37)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from chassis.process.clock import now
from chassis.process.regions import all_regions
from services.identity.models import SealedLetter, db
from tests.identity.desk import Desk

WHO = "applicant"
NEW = {"email": "baru@contoh.example", "phone": "+6281234567890"}


def change(desk: Desk, **values: Any) -> Any:
    etag = desk.call(WHO, "GET", "/me/contact").headers["ETag"]
    return desk.call(WHO, "PATCH", "/me/contact", json=values, headers={"If-Match": etag})


def ask(desk: Desk, channel: str = "email") -> Any:
    return desk.call(WHO, "POST", "/me/contact/code", json={"channel": channel})


def letter_of(desk: Desk, event_type: str = "contact_code.sent.v1") -> Any:
    """Read the newest letter as notification does."""
    letter_id = desk.events(event_type)[-1].subject.rpartition("/")[2]
    token = desk.service.client("svc-notification", "letters.read")
    return desk.service.call("GET", f"/api/identity/v1/letters/{letter_id}", token=token)


def verify(desk: Desk, code: str, channel: str = "email") -> Any:
    return desk.call(WHO, "POST", "/me/contact/verify", json={"channel": channel, "code": code})


@pytest.mark.parametrize(("channel", "column"), [("email", "email"), ("whatsapp", "phone")])
def test_a_code_that_came_to_the_address_proves_it(desk: Desk, channel: str, column: str):
    changed = change(desk, **NEW).get_json()
    ask(desk, channel)
    letter = letter_of(desk).get_json()

    verified = verify(desk, f"{letter['secret'][:4]} {letter['secret'][4:]}", channel).get_json()

    assert changed[f"{column}_verified_at"] is None
    assert letter["channel"] == channel
    assert letter["address"] == NEW[column]
    assert verified[f"{column}_verified_at"] is not None
    assert letter_of(desk).status_code == 404


def test_a_code_is_in_no_event_and_in_no_row_as_it_is(desk: Desk):
    change(desk, **NEW)
    ask(desk)
    code = letter_of(desk).get_json()["secret"]

    with desk.app.app_context(), all_regions():
        sealed = db.session.scalars(select(SealedLetter.sealed)).all()
    assert not any(code in str(event.data) for event in desk.events("contact_code.sent.v1"))
    assert not any(code in text for text in sealed)


def test_a_code_is_guessed_five_times_at_most(desk: Desk):
    change(desk, **NEW)
    ask(desk)
    code = letter_of(desk).get_json()["secret"]
    wrong = f"{(int(code) + 1) % 10**8:08}"

    tries = [verify(desk, wrong).status_code for _ in range(5)]

    assert tries == [422] * 5
    assert verify(desk, code).get_json()["errors"][0]["code"] == "contact_code_wrong"


@pytest.mark.parametrize("made_useless", ["late", "newer", "changed", "other channel"])
def test_a_code_is_good_for_a_while_for_its_address_and_until_the_next(
    desk: Desk, made_useless: str
):
    change(desk, **NEW)
    ask(desk)
    code = letter_of(desk).get_json()["secret"]
    if made_useless == "newer":
        ask(desk)
    if made_useless == "changed":
        change(desk, email="lain@contoh.example")

    with time_machine.travel(now() + timedelta(minutes=16 if made_useless == "late" else 0)):
        answer = verify(desk, code, "whatsapp" if made_useless == "other channel" else "email")

    assert answer.status_code == 422


def test_an_account_is_sent_five_codes_an_hour(desk: Desk):
    change(desk, **NEW)

    answers = [ask(desk) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [201] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 3000


def test_the_old_verified_address_is_told_that_it_was_replaced(desk: Desk):
    before = desk.call(WHO, "GET", "/me/contact").get_json()

    change(desk, email=NEW["email"])

    told = letter_of(desk, "contact.replaced.v1").get_json()
    assert before["email_verified_at"] is not None
    assert told["address"] == before["email"]
    assert len(desk.events("contact.replaced.v1")) == 1


def test_what_was_never_verified_is_replaced_in_silence(desk: Desk):
    change(desk, **NEW)
    told = len(desk.events("contact.replaced.v1"))

    change(desk, email="lain@contoh.example", phone=None)

    assert len(desk.events("contact.replaced.v1")) == told


def test_a_landline_is_sent_no_code_by_whatsapp(desk: Desk):
    change(desk, phone="0361234567")

    assert ask(desk, "whatsapp").get_json()["code"] == "no_mobile"


@pytest.mark.parametrize("scopes", [("identity",), ("contacts.read",), ("events.read",)])
def test_letters_are_for_who_carries_them(desk: Desk, scopes: tuple[str, ...]):
    change(desk, **NEW)
    ask(desk)
    letter_id = desk.events("contact_code.sent.v1")[-1].subject.rpartition("/")[2]
    token = desk.service.client("svc-proposal", *scopes)

    path = f"/api/identity/v1/letters/{letter_id}"
    assert desk.service.call("GET", path, token=token).status_code == 403
