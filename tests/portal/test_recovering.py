"""Recovery of accounts in the portal: confirmed in place, stopped by its owner (C17)."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import FakeEdge, csrf_of, problem, sign_in

API = "/api/identity/v1/recoveries"
MINE = "/api/identity/v1/me/recoveries"
ROW = {
    "id": "01a20000-0000-7000-8000-0000000000cc",
    "name": "Bunga Contoh, S.Pd.",
    "nip": "199201152023212902",
    "resets": "password",
    "way": "two_hands",
    "state": "asked",
    "asked_as": "employee",
    "asked_at": "2026-04-01T01:00:00+00:00",
    "expires_at": "2026-04-08T01:00:00+00:00",
    "ready_at": None,
    "lacks": ["opd", "bkpsdm"],
    "may_confirm": True,
    "may_hand_over": False,
    "may_stop": True,
    "stop_needs_reason": False,
}
NOT_YOURS = (403, problem(403, "forbidden"))


def at_desk(edge: FakeEdge, *rows: Any, own: tuple[Any, ...] = ()) -> None:
    edge.answers["GET", API] = (200, {"data": list(rows)})
    edge.answers["GET", MINE] = (200, {"data": list(own)})


def post(client: FlaskClient, path: str, **typed: str) -> Any:
    return client.post(path, data={"csrf_token": csrf_of(client), **typed})


def test_umpeg_is_told_how_many_wait_and_confirms_in_place(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    at_desk(edge, ROW)
    edge.answers["POST", f"{API}/{ROW['id']}/confirm"] = (200, ROW)

    page = client.get("/portal/pemulihan").text
    answer = post(client, f"/portal/pemulihan/{ROW['id']}/confirm")

    assert "Bunga Contoh, S.Pd." in page
    assert "Menunggu konfirmasi: Umpeg, BKPSDM" in page
    assert "Benar, ini orangnya" in page
    assert answer.headers["Location"] == "/portal/pemulihan"
    assert len(edge.told("POST", f"{API}/{ROW['id']}/confirm")) == 1


def test_who_may_not_confirm_is_offered_nothing_to_press(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    at_desk(edge, ROW | {"may_confirm": False})

    assert "Benar, ini orangnya" not in client.get("/portal/pemulihan").text


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (
            {"url": "http://simpul.test/masuk/pulih/abc", "expires_at": ROW["expires_at"]},
            "pulih/abc",
        ),
        ({"url": None, "code": "1234 5678"}, "1234 5678"),
    ],
)
def test_each_hand_is_shown_its_part_of_the_letter(
    client: FlaskClient, edge: FakeEdge, part: Any, shown: str
):
    sign_in(client, edge)
    ready = {"lacks": [], "ready_at": ROW["asked_at"], "may_confirm": False, "may_hand_over": True}
    at_desk(edge, ROW | ready)
    edge.answers["POST", f"{API}/{ROW['id']}/letter"] = (200, part)

    before = client.get("/portal/pemulihan").text
    after = post(client, f"/portal/pemulihan/{ROW['id']}/surat")

    assert "Bagian surat saya" in before
    assert shown not in before
    assert shown in after.text
    assert "no-store" in after.headers["Cache-Control"]


def test_somebody_at_the_desk_is_asked_for_by_nip(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    at_desk(edge)
    edge.answers["POST", API] = (201, ROW)

    post(client, "/portal/pemulihan", nip=ROW["nip"], resets="second_factor", contact_lost="1")

    (call,) = edge.told("POST", API)
    assert call.json == {"nip": ROW["nip"], "resets": "second_factor", "contact_lost": True}


def test_a_refusal_is_said_on_the_page_and_what_was_typed_stays(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    at_desk(edge, ROW)
    edge.answers["POST", API] = (409, problem(409, "never_signed_in"))

    answer = post(client, "/portal/pemulihan", nip="1992", resets="password")

    assert answer.status_code == 409
    assert "Penjelasan never_signed_in." in answer.text
    assert 'value="1992"' in answer.text


def test_the_owner_is_told_on_the_first_page_and_stops_it(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    at_desk(edge, own=(ROW,))
    edge.answers["GET", API] = NOT_YOURS
    edge.answers["POST", f"{API}/{ROW['id']}/stop"] = (200, ROW)

    first = client.get("/portal/").text
    page = client.get("/portal/pemulihan").text
    post(client, f"/portal/pemulihan/{ROW['id']}/stop")

    assert "Lihat dan hentikan" in first
    assert "Pegawai datang kepada Anda" not in page
    assert len(edge.told("POST", f"{API}/{ROW['id']}/stop")) == 1


def test_an_ordinary_employee_has_no_entry_for_it(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    at_desk(edge)
    edge.answers["GET", API] = NOT_YOURS

    assert "/portal/pemulihan" not in client.get("/portal/").text


def test_an_officer_who_stops_it_writes_why(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    at_desk(edge, ROW | {"stop_needs_reason": True})
    edge.answers["POST", f"{API}/{ROW['id']}/stop"] = (200, ROW)

    page = client.get("/portal/pemulihan").text
    post(client, f"/portal/pemulihan/{ROW['id']}/stop", reason="Bukan pegawai yang datang.")

    (call,) = edge.told("POST", f"{API}/{ROW['id']}/stop")
    assert "Alasan menghentikan" in page
    assert call.json == {"reason": "Bukan pegawai yang datang."}


def test_who_may_not_stop_it_is_offered_nothing_to_press(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    at_desk(edge, ROW | {"may_stop": False})

    assert f"{ROW['id']}/stop" not in client.get("/portal/pemulihan").text
