import hashlib
import hmac
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from services.notification.domain.attempts import permanent, uncertain
from tests.notification.desk import Desk, a_rule, an_event

PATH = "/api/notification/v1/whatsapp/status"
SECRET = "an-application-secret"
TOKEN = "a-verify-token"


@pytest.fixture
def told(clock, service):
    one = Desk(service("notification", WHATSAPP_APP_SECRET=SECRET, WHATSAPP_VERIFY_TOKEN=TOKEN))
    one.meet_everybody()
    one.rules(a_rule(channels=("in_app", "whatsapp")))
    one.hear(an_event())
    return one


def a_body(*statuses):
    told = [{"id": "wamid.x", "status": word, **more} for word, more in statuses]
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "statuses": told}}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": [change]}]})


def says(desk, *words, body=None, secret=SECRET, of=0):
    about = {"biz_opaque_callback_data": str(desk.notices[of].id)}
    body = (body or a_body(*((word, about) for word in words))).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature}
    return desk.service.call("POST", PATH, data=body, headers=headers).status_code


@pytest.mark.parametrize(
    ("words", "confirmed"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "sent"], "read"),
        (["delivered", "delivered", "sent"], "delivered"),
        (["deleted"], None),
    ],
)
def test_what_is_known_only_grows_in_whatever_order_it_is_told(told, words, confirmed):
    told.send_all("whatsapp")

    assert says(told, *words) == 200

    assert told.delivery("whatsapp").confirmed == confirmed
    assert told.delivery("whatsapp").state == "sent"


def test_word_that_it_went_out_spares_the_second_copy(told, clock):
    told.whatsapp.endings.append(uncertain("read timeout"))
    told.send_all("whatsapp")

    says(told, "sent")
    clock.shift(timedelta(minutes=11))
    told.send_all("whatsapp")

    assert len(told.whatsapp.sent) == 1
    assert told.delivery("whatsapp").state == "sent"


def test_word_that_it_failed_turns_it_into_one_mail(told):
    told.send_all("whatsapp")

    says(told, "failed", "failed")
    told.send_all("email")

    assert (told.delivery("whatsapp").state, told.delivery("whatsapp").reason) == (
        "failed",
        "not_delivered",
    )
    assert len(told.mail.sent) == 1


def test_a_late_failure_does_not_undo_what_was_read(told):
    told.send_all("whatsapp")

    says(told, "read", "failed")

    assert told.delivery("whatsapp").state == "sent"


def test_a_refused_message_is_not_made_sent_by_a_stray_word(told):
    told.whatsapp.endings.append(permanent("131026"))
    told.send_all("whatsapp")

    says(told, "sent")

    assert told.delivery("whatsapp").state == "failed"


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        '{"entry": 7}',
        '{"entry": [7, {"changes": [null, {"value": 3}]}]}',
        a_body(("sent", {})),
        a_body(("sent", {"biz_opaque_callback_data": "not an id"})),
        a_body(("sent", {"biz_opaque_callback_data": 7})),
        a_body(("sent", {"biz_opaque_callback_data": str(uuid4())})),
    ],
)
def test_what_is_not_ours_changes_nothing(told, body):
    told.send_all("whatsapp")

    assert says(told, body=body) == 200

    assert told.delivery("whatsapp").confirmed is None


def test_only_the_application_that_knows_the_secret_is_believed(told):
    told.send_all("whatsapp")

    assert says(told, "failed", secret="another") == 403
    assert told.service.call("POST", PATH, data=b"{}").status_code == 403
    assert told.delivery("whatsapp").state == "sent"


def test_the_address_is_proved_with_the_agreed_word(told):
    asked = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="

    assert told.service.call("GET", PATH + asked + TOKEN).text == "1158201444"
    assert told.service.call("GET", PATH + asked + "guess").status_code == 403


def test_without_settings_the_address_is_not_there(desk):
    assert desk.service.call("GET", PATH + "?hub.verify_token=").status_code == 404
    assert desk.service.call("POST", PATH, data=b"{}").status_code == 404
