"""A person's contact in the portal: changed, refused at its field, and shown when it fails (R37)."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import FakeEdge, csrf_of, page_of, problem, sign_in

CONTACT = "/api/identity/v1/me/contact"
PREFERENCES = "/api/notification/v1/preferences"
UNREACHED = "/api/notification/v1/unreached"
MINE = {"email": "andini@contoh.example", "phone": "+6281234567890", "language": "id"}
TROUBLE = {
    "channel": "whatsapp",
    "channel_label": "WhatsApp",
    "reason": "not_delivered",
    "reason_label": "tidak sampai ke alamat atau nomornya",
    "since": "2026-04-01T01:00:00+00:00",
}
SOMEBODY = TROUBLE | {"person_id": "x", "name": "Bunga Contoh", "nip": "199201152023212902"}


def reached(edge: FakeEdge, *troubles: Any, others: Any = None) -> None:
    edge.answers["GET", CONTACT] = (200, MINE, {"ETag": '"3"'})
    edge.answers["GET", PREFERENCES] = (200, {"unreached": list(troubles)})
    edge.answers["GET", UNREACHED] = others or (403, problem(403, "forbidden"))


def sent(client: FlaskClient, **typed: str) -> Any:
    return client.post(
        "/portal/kontak", data={"csrf_token": csrf_of(client), "etag": '"3"', **typed}
    )


def test_a_contact_is_sent_as_it_was_typed_under_the_version_seen(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    reached(edge)
    edge.answers["PATCH", CONTACT] = (200, MINE)

    page = client.get("/portal/kontak").text
    answer = sent(client, email="", phone="0812 3456 7890", language="en")

    assert 'value="+6281234567890"' in page
    assert answer.headers["Location"] == "/portal/kontak"
    (call,) = edge.told("PATCH", CONTACT)
    assert call.json == {"email": None, "phone": "0812 3456 7890", "language": "en"}
    assert call.headers["if-match"] == '"3"'


def test_what_is_refused_stays_in_the_form_with_the_sentence_beside_it(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    reached(edge)
    wrong = {"/phone": "Nomor telepon tidak dikenal."}
    edge.answers["PATCH", CONTACT] = (422, problem(422, "invalid", **wrong))

    answer = sent(client, phone="12 <b>", language="id")

    assert answer.status_code == 422
    assert '<p class="error" id="error-phone">Nomor telepon tidak dikenal.</p>' in answer.text
    assert 'value="12 &lt;b&gt;"' in answer.text


@pytest.mark.parametrize("phone", ["+62361234567", "+622150101010", "+628001234567"])
def test_a_number_that_no_whatsapp_reaches_is_told_so_at_its_field(
    client: FlaskClient, edge: FakeEdge, phone: str
):
    sign_in(client, edge)
    reached(edge)
    edge.answers["GET", CONTACT] = (200, MINE | {"phone": phone}, {"ETag": '"3"'})
    edge.answers["PATCH", CONTACT] = (200, MINE | {"phone": phone})

    saved = sent(client, email="", phone=phone, language="id")
    page = client.get(saved.headers["Location"]).text

    assert "Kontak disimpan." in page
    assert 'id="not-mobile">Nomor ini bukan nomor ponsel, jadi tidak dapat menerima' in page
    assert "tersimpan sebagai telepon" in page
    assert 'class="error"' not in page
    assert f'value="{phone}"' in page


def test_nothing_is_told_of_a_mobile_number(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    reached(edge)

    assert "not-mobile" not in client.get("/portal/kontak").text


def test_a_channel_that_fails_is_shown_on_the_first_page_and_beside_the_contact(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    reached(edge, TROUBLE)

    for path in ("/portal/", "/portal/kontak"):
        words = "WhatsApp tidak sampai kepada Anda: tidak sampai ke alamat atau nomornya."
        assert words in client.get(path).text


def test_umpeg_sees_whom_of_the_opd_nothing_reaches(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    reached(edge, others=(200, page_of(SOMEBODY)))

    first = client.get("/portal/").text
    whole = client.get("/portal/kontak/tidak-sampai?q=bunga").text

    assert "Bunga Contoh: WhatsApp" in first
    assert "199201152023212902" in whole
    assert edge.told("GET", UNREACHED)[-1].query["q"] == "bunga"


def test_the_first_page_says_nothing_when_all_is_well(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    reached(edge)

    assert "Pesan yang tidak sampai" not in client.get("/portal/").text


def test_a_contact_can_be_changed_while_notification_is_down(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    reached(edge)
    edge.answers["GET", PREFERENCES] = (503, problem(503, "unavailable"))

    assert client.get("/portal/kontak").status_code == 200
