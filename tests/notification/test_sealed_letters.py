"""What a message must say and notification must not keep: asked of its owner at each try."""

import json
from uuid import uuid4

import pytest

from chassis.http.peers import Answer
from chassis.process.regions import in_region
from services.notification.domain.attempts import temporary
from services.notification.models import Preference
from tests.notification.desk import APPLICANT, TEMPLATE, a_rule, a_service, an_event

SEALED = {
    language: {**parts, "body": f"{parts['body']}\n{{secret}}"}
    for language, parts in TEMPLATE.items()
}
LETTER = uuid4()


class Letters:
    """Stands for the service whose letters they are, beside identity's contacts."""

    def __init__(self, identity):
        self.identity = identity
        self.told = {"secret": "12345678", "channel": None, "address": None}
        self.asked = 0

    def __getitem__(self, peer):
        return self if peer == "files" else self.identity

    def get(self, path):
        assert path == f"/api/files/v1/letters/{LETTER}"
        self.asked += 1
        return Answer(200 if self.told else 404, {}, json.dumps(self.told).encode())


@pytest.fixture
def letters(clock, desk):
    rule = a_rule(sealed=True, compulsory=True, channels=("email", "whatsapp"))
    service = a_service(rule, file_moved=SEALED)
    desk.rules(rule, file_moved=SEALED)
    desk.service.runtime.manifests = {**desk.service.runtime.manifests, "files": service}
    letters = Letters(desk.identity)
    desk.service.runtime.peers = letters
    desk.hear(an_event(subject=f"file/{LETTER}"))
    return letters


def test_the_message_says_it_and_no_row_does(letters, desk):
    desk.send_all()

    assert "12345678" in desk.mail.sent[0].body
    assert "12345678" not in json.dumps([notice.texts for notice in desk.notices])


def test_each_try_asks_again(letters, desk, clock):
    desk.mail.endings.append(temporary("busy"))
    desk.send_all()
    clock.shift(120)
    letters.told["secret"] = "87654321"

    desk.send_all()

    assert letters.asked == 2
    assert "87654321" in desk.mail.sent[1].body


def test_what_is_gone_is_not_sent(letters, desk):
    letters.told = None

    desk.send_all()

    assert desk.mail.sent == []
    assert (desk.delivery().state, desk.delivery().reason) == ("skipped", "letter_gone")


def test_a_letter_for_one_channel_goes_to_its_address_and_by_no_other(letters, desk):
    letters.told |= {"channel": "email", "address": "lama@disdik.example"}

    desk.send_all()
    desk.send_all("whatsapp")

    assert [message.to for message in desk.mail.sent] == ["lama@disdik.example"]
    assert desk.whatsapp.sent == []


def test_an_owner_that_is_away_is_asked_later(letters, desk):
    letters.told = {}
    letters.get = lambda _path: Answer(503, {}, b"")

    desk.send_all()

    assert desk.mail.sent == []
    assert desk.delivery().state == "pending"


def test_what_is_about_the_own_account_is_not_switched_off(letters, desk):
    with desk.app.app_context(), in_region("demo"), desk.db.transaction() as session:
        session.add(Preference(person_id=APPLICANT, email=False, whatsapp=False, region="demo"))

    desk.send_all()

    assert len(desk.mail.sent) == 1


def test_nobody_makes_a_message_say_a_secret_by_writing_its_mark(clock, desk):
    desk.hear(an_event(note="[[secret]]"))

    desk.send_all()

    assert "[[secret]]" in desk.mail.sent[0].body
