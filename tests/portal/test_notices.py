"""Notices: the bell, the list, and what they are about."""

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import (
    PROPOSAL,
    FakeEdge,
    csrf_of,
    page_of,
    problem,
    sign_in,
)

NOTICES = "/api/notification/v1/notices"
NOTICE = "01a20000-0000-7000-8000-0000000000cc"


def a_notice(**changes: Any) -> dict[str, Any]:
    return {
        "id": NOTICE,
        "about": f"proposal/{PROPOSAL}",
        "subject": "Usulan terkirim",
        "body": "Baris satu\nBaris dua",
        "created_at": "2026-04-01T01:00:00+00:00",
        "read_at": None,
    } | changes


def test_the_link_in_a_message_leads_to_the_case_also_by_way_of_signing_in(
    client: FlaskClient, edge: FakeEdge
):
    link = f"/portal/buka/proposal/{PROPOSAL}"

    asked = client.get(link)
    sign_in(client, edge)

    assert asked.headers["Location"] == f"/portal/masuk?next={quote(link)}"
    assert client.get(link).headers["Location"] == f"/portal/usulan/{PROPOSAL}"


@pytest.mark.parametrize("about", ["weather/1", "my_proposals/1", "https:/evil.example"])
def test_a_message_about_what_no_section_shows_leads_to_the_first_page(
    client: FlaskClient, edge: FakeEdge, about: str
):
    sign_in(client, edge)

    assert client.get(f"/portal/buka/{about}").headers["Location"] == "/portal/"


def test_the_newest_notices_on_the_first_page_lead_to_their_cases(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    edge.answers["GET", NOTICES] = (200, page_of(a_notice(), a_notice(about="weather/1")))

    first = client.get("/portal/").text

    assert first.count(f'<a href="/portal/usulan/{PROPOSAL}">Usulan terkirim</a>') == 1
    assert '<p class="what">Usulan terkirim</p>' in first


def test_notices_open_what_they_are_about_and_are_read_then(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    edge.answers["GET", NOTICES] = (200, page_of(a_notice()))
    edge.answers["POST", f"{NOTICES}/{NOTICE}/read"] = (200, a_notice())

    page = client.get("/portal/pemberitahuan").text
    opened = client.post(
        f"/portal/pemberitahuan/{NOTICE}/dibaca",
        data={"csrf_token": csrf_of(client), "to": f"/portal/usulan/{PROPOSAL}"},
    )

    assert "Usulan terkirim" in page
    assert '<span class="badge">3</span>' in page
    assert opened.headers["Location"] == f"/portal/usulan/{PROPOSAL}"
    assert len(edge.told("POST", f"{NOTICES}/{NOTICE}/read")) == 1


def test_the_unread_count_is_asked_at_most_every_half_minute(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)

    for _ in range(5):
        client.get("/portal/usulan")

    assert len(edge.told("GET", f"{NOTICES}/counts")) == 1


def test_pages_stand_while_notification_is_down(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    for path in (NOTICES, f"{NOTICES}/counts"):
        edge.answers["GET", path] = (503, problem(503, "unavailable"))

    assert client.get("/portal/").status_code == 200
    assert client.get("/portal/usulan").status_code == 200


def test_the_bell_agrees_with_the_list_of_notices(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    edge.answers["GET", f"{NOTICES}/counts"] = (200, {"unread": 0})
    client.get("/portal/usulan")
    edge.answers["GET", f"{NOTICES}/counts"] = (200, {"unread": 1})

    assert '<span class="badge">1</span>' in client.get("/portal/pemberitahuan").text
