"""The menu shows what the services say is there for the person, and how much of it."""

import time

import time_machine
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, csrf_of, problem, sign_in
from tests.portal.told import queues, said


def test_whoever_has_no_queue_has_no_desk_in_the_menu_whatever_the_role(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge, "umpeg", "bkpsdm_head")

    assert "/portal/tugas" not in client.get("/portal/").text


def test_whoever_has_a_queue_has_a_desk_in_the_menu_whatever_the_role(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    edge.answers["GET", f"{API}/inbox/queues"] = (200, queues(opd_head_approval=0))

    page = client.get("/portal/").text

    assert 'href="/portal/tugas"' in page
    assert "Tidak ada usulan yang menunggu keputusan Anda." in page


def test_several_queues_are_named_in_the_menu_with_what_waits_in_each(
    officer: FlaskClient, edge: FakeEdge
):
    edge.answers["GET", f"{API}/inbox/queues"] = (200, queues(bkpsdm_validation=3, processing=4))

    page = officer.get("/portal/usulan").text

    assert 'Menunggu keputusan <span class="count">7</span>' in page
    for stage, count in (("bkpsdm_validation", 3), ("processing", 4)):
        address = f"/portal/tugas?stage={stage}"
        assert f'<a href="{address}">{said(stage)} <span class="count">{count}</span>' in page


def test_a_page_of_one_queue_is_the_desk_in_the_bar_and_the_queue_in_the_whole_menu(
    officer: FlaskClient, edge: FakeEdge
):
    edge.answers["GET", f"{API}/inbox/queues"] = (200, queues(bkpsdm_validation=3, processing=4))

    page = officer.get("/portal/tugas?stage=processing").text

    bar, whole = page.split("</nav>")[:2]
    assert '<a href="/portal/tugas" aria-current="page">' in bar
    assert '<a href="/portal/tugas?stage=processing" aria-current="page">' in whole
    assert whole.count("aria-current") == 1


def test_a_decision_is_seen_in_the_menu_at_once(officer: FlaskClient, edge: FakeEdge):
    officer.get("/portal/usulan")
    edge.answers["GET", f"{API}/inbox/queues"] = (200, queues(umpeg_verification=11))

    form = {"csrf_token": csrf_of(officer), "etag": '"1"', "key": "k"}
    form |= {"decision": "approve", "confirmed": "1"}
    officer.post(f"/portal/tugas/{PROPOSAL}", data=form)

    assert 'keputusan <span class="count">11</span>' in officer.get("/portal/usulan").text


def test_a_desk_stays_in_the_menu_while_its_service_is_away(officer: FlaskClient, edge: FakeEdge):
    officer.get("/portal/usulan")
    edge.answers["GET", f"{API}/inbox/queues"] = (503, problem(503, "unavailable"))

    with time_machine.travel(time.time() + 60):
        pages = [officer.get("/portal/status").text for _ in range(3)]

    assert all('href="/portal/tugas"' in page for page in pages)
    assert len(edge.told("GET", f"{API}/inbox/queues")) == 2


def test_an_answer_too_long_for_the_session_is_asked_for_every_page(
    officer: FlaskClient, edge: FakeEdge
):
    many = {f"stage_{number}": number for number in range(40)}
    edge.answers["GET", f"{API}/inbox/queues"] = (200, queues(**many))

    pages = [officer.get("/portal/status").text for _ in range(2)]

    assert all(said("stage_39") in page for page in pages)
    assert len(edge.told("GET", f"{API}/inbox/queues")) == 2
