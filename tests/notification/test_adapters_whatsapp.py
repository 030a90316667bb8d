import socket
import time
from datetime import timedelta
from uuid import UUID

import pytest

from services.notification.adapters.channels import Message
from services.notification.channels.whatsapp import logged
from services.notification.channels.whatsapp.cloud import Limits, WhatsAppCloud
from services.notification.channels.whatsapp.logged import WhatsAppLog
from services.notification.domain.attempts import Ending
from tests.builders.beside import BESIDE
from tests.notification.cloud_stub import TOKEN, CloudStub

NOTICE = UUID("0190a000-0000-7000-8000-0000000000aa")
QUICK = Limits(connect=1, read=0.2, whole=0.3)


def a_message(**changes):
    values = {
        "id": NOTICE,
        "to": "0812-0000-0001",
        "subject": "Usulan demo/1",
        "body": "Yth. Contoh Satu,\n\nusulan    diterima.\tTerima kasih",
        "language": "id",
        "sender": "BKPSDM Kota Contoh Raya",
        "app_url": "http://simpul.test",
    }
    return Message(**(values | changes))


@pytest.fixture
def cloud():
    stub = CloudStub()
    yield stub
    stub.close()


def client(cloud, query=""):
    return WhatsAppCloud(cloud.url + query, token=TOKEN, limits=QUICK)


def test_a_template_message_carries_subject_and_text_on_one_line_each(cloud):
    outcome = client(cloud, "?template=pemberitahuan").send(a_message())

    [sent] = cloud.messages
    assert (outcome.ending, outcome.reference) == (Ending.ACCEPTED, "wamid.test-1")
    assert sent["to"] == "6281200000001"
    assert sent["biz_opaque_callback_data"] == str(NOTICE)
    assert sent["template"]["name"] == "pemberitahuan"
    assert sent["template"]["language"] == {"code": "id"}
    texts = [parameter["text"] for parameter in sent["template"]["components"][0]["parameters"]]
    assert texts == ["Usulan demo/1", "Yth. Contoh Satu, usulan diterima. Terima kasih"]


def test_without_a_template_it_is_a_text_without_link_preview(cloud):
    outcome = client(cloud).send(a_message())

    assert outcome.ending is Ending.ACCEPTED
    assert cloud.messages[0]["text"]["preview_url"] is False


@pytest.mark.parametrize("query", ["", "?template=pemberitahuan"])
def test_a_very_long_text_stays_within_what_the_provider_takes(cloud, query):
    assert client(cloud, query).send(a_message(body="x" * 9000)).ending is Ending.ACCEPTED


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        ((400, {}, {"error": {"code": 131026}}), Ending.PERMANENT),
        ((404, {}, b"not json"), Ending.PERMANENT),
        ((400, {}, {"error": {"code": 131056}}), Ending.TEMPORARY),
        ((401, {}, {"error": {"code": 190}}), Ending.TEMPORARY),
        ((500, {}, {"error": {"code": 131000}}), Ending.TEMPORARY),
        ((503, {}, b""), Ending.TEMPORARY),
        ((200, {}, {"messages": []}), Ending.UNCERTAIN),
        ((200, {}, b"<html>"), Ending.UNCERTAIN),
        ("silence", Ending.UNCERTAIN),
        ("drip", Ending.UNCERTAIN),
    ],
)
def test_each_answer_has_its_meaning(cloud, answer, ending):
    cloud.answers.append(answer)
    began = time.monotonic()

    assert client(cloud).send(a_message()).ending is ending
    assert time.monotonic() - began < 3 + BESIDE


@pytest.mark.parametrize(
    ("header", "wait"),
    [("120", timedelta(seconds=120)), ("soon", None), ("-5", None), ("9" * 30, None)],
)
def test_too_many_is_tried_again_when_the_provider_says(cloud, header, wait):
    cloud.answers.append((429, {"Retry-After": header}, {"error": {"code": 130429}}))

    outcome = client(cloud).send(a_message())

    assert (outcome.ending, outcome.retry_after) == (Ending.TEMPORARY, wait)


def test_nobody_listening_is_certainly_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    outcome = WhatsAppCloud(f"cloud+http://127.0.0.1:{port}/v25.0/1", token=TOKEN).send(a_message())

    assert outcome.ending is Ending.TEMPORARY


def test_what_is_no_number_never_leaves(cloud):
    assert client(cloud).send(a_message(to="12\r\n34")).ending is Ending.PERMANENT
    assert cloud.messages == []


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("cloud+https://graph.example/v25.0/1", ""),
        ("cloud+https://graph.example", "t"),
        ("cloud+http://graph.example/v25.0/1", "t"),
    ],
)
def test_an_incomplete_or_unprotected_address_is_refused_at_start(url, token):
    with pytest.raises(ValueError, match="cloud"):
        WhatsAppCloud(url, token=token)


class Log:
    """Remembers what was logged, whatever the level."""

    def __init__(self):
        self.told = []

    def info(self, event, **values):
        self.told.append((event, values))


def test_the_log_channel_hides_the_number_and_leaves_the_text_out(monkeypatch):
    log = Log()
    monkeypatch.setattr(logged, "log", log)

    outcome = WhatsAppLog().send(a_message())

    assert outcome.ending is Ending.ACCEPTED
    [(_event, values)] = log.told
    assert values == {"notice_id": str(NOTICE), "to": "6281*******01"}


@pytest.mark.parametrize(
    "channel", [WhatsAppLog(), WhatsAppCloud("cloud+https://x.test/v1/7", token=TOKEN)]
)
def test_a_landline_is_not_tried_and_the_reason_is_kept(channel):
    outcome = channel.send(a_message(to="0361-234567"))

    assert outcome.ending is Ending.PERMANENT
    assert "cannot receive WhatsApp" in outcome.detail
