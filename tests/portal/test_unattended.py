"""Alarms that nobody can decide: told to whom the service tells them, with a page."""

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, FakeEdge, page_of, problem, sign_in
from tests.portal.told import a_proposal, said

ALARMS = f"{API}/alarms"
ENTRY = 'href="/portal/tanpa-pejabat"'


@pytest.fixture
def keeper(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge, "bkpsdm_admin")
    alarm = {
        "raised_at": "2026-04-01T01:00:00+00:00",
        "stage": "umpeg_verification",
        "stage_label": said("umpeg_verification"),
        "cause": "Tidak ada pejabat yang dapat memutuskan.",
        "proposal": a_proposal(stage="umpeg_verification"),
    }
    edge.answers["GET", ALARMS] = (200, page_of(alarm))
    return client


def test_an_alarm_is_on_the_first_page_in_the_menu_and_has_a_page(keeper: FlaskClient):
    front = keeper.get("/portal/").text
    page = keeper.get("/portal/tanpa-pejabat").text

    assert "Usulan yang tidak ada pejabat pemutusnya: 1" in front
    assert f'{ENTRY}>Tanpa pejabat pemutus <span class="count">1</span>' in front
    assert said("umpeg_verification") in page
    assert "Tidak ada pejabat yang dapat memutuskan." in page
    assert "199001012015011901" in page


def test_without_an_alarm_nothing_is_said_of_it(keeper: FlaskClient, edge: FakeEdge):
    edge.answers["GET", ALARMS] = (200, page_of())

    assert ENTRY not in keeper.get("/portal/").text
    assert "Setiap usulan ada pejabat" in keeper.get("/portal/tanpa-pejabat").text


def test_while_the_system_passes_on_late_what_people_do_the_keepers_are_told(
    keeper: FlaskClient, edge: FakeEdge
):
    edge.answers["GET", ALARMS] = (200, page_of())
    services = {"proposal": "ok", "documents": "degraded"}
    edge.answers["GET", "/readyz"] = (200, {"status": "degraded", "services": services})
    front = keeper.get("/portal/").text
    page = keeper.get("/portal/tanpa-pejabat").text

    assert f'{ENTRY}>Tanpa pejabat pemutus <span class="count">1</span>' in front
    assert "Sistem terlambat menyampaikan kabar pekerjaan." in front
    assert "Usulan yang tidak ada pejabat pemutusnya" not in front
    assert "menyusul setelah layanan berikut pulih: documents." in page


def test_what_else_does_less_than_it_should_is_not_called_late(keeper: FlaskClient, edge: FakeEdge):
    edge.answers["GET", ALARMS] = (200, page_of())
    told = {
        "status": "degraded",
        "services": {"proposal": "ok", "documents": "degraded"},
        "degraded": {"documents": {"scanner": "scanner_unavailable"}},
    }
    edge.answers["GET", "/readyz"] = (200, told)
    front = keeper.get("/portal/").text
    page = keeper.get("/portal/tanpa-pejabat").text

    assert f'{ENTRY}>Tanpa pejabat pemutus <span class="count">1</span>' in front
    assert "Sistem terlambat" not in front + page
    assert "Sebagian sistem bekerja terbatas." in front
    assert "misalnya pemeriksa virus: documents." in page


@pytest.mark.parametrize("answer", [(503, problem(503, "unavailable")), (404, problem(404, "x"))])
def test_where_the_system_cannot_say_how_it_is_the_alarms_are_shown_all_the_same(
    keeper: FlaskClient, edge: FakeEdge, answer
):
    edge.answers["GET", "/readyz"] = answer

    assert "Usulan yang tidak ada pejabat pemutusnya: 1" in keeper.get("/portal/").text


def test_whom_alarms_do_not_concern_never_hears_of_them(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge, "umpeg")
    edge.answers["GET", ALARMS] = (403, problem(403, "forbidden"))

    assert ENTRY not in client.get("/portal/").text
    assert client.get("/portal/tanpa-pejabat").status_code == 403
