"""The auditor reads the security events of the region, and nothing else."""

import csv
import io
from urllib.parse import urlencode

import pytest

from chassis.process.clock import now
from services.identity.domain.alarms import THRESHOLDS
from services.identity.models import Region, db
from tests.identity.desk import Desk
from tests.identity.test_security_events import told

EVENTS = "/security-events"


@pytest.fixture
def watched(desk: Desk) -> Desk:
    desk.service.drain()
    desk.service.hear(
        told(person_id=desk.id_of("applicant"), actor_id=desk.id_of("sysadmin"), amount=7)
    )
    return desk


def test_an_event_is_shown_with_words_and_with_names_looked_up_now(watched: Desk):
    answer = watched.call("auditor", "GET", f"{EVENTS}?kind=export")

    [event] = answer.json["data"]
    assert (event["kind_label"], event["why_label"], event["amount"]) == (
        "Daftar diunduh",
        "Excel",
        7,
    )
    assert event["person_name"].startswith("Andini Contoh")
    assert event["actor_name"].startswith("Sagu Contoh")


@pytest.mark.parametrize("key", ["applicant", "opd_head", "bkpsdm_admin", "sysadmin"])
def test_nobody_but_the_auditor_reads_them(watched: Desk, key: str):
    assert watched.call(key, "GET", EVENTS).status_code == 403


@pytest.mark.parametrize("path", ["/employees", "/units", "/roles", "/role-grants"])
def test_the_auditor_reads_nothing_that_an_employee_does_not(watched: Desk, path: str):
    answers = {watched.call(key, "GET", path).status_code for key in ("auditor", "applicant")}

    assert len(answers) == 1


def test_the_auditor_of_one_region_sees_nothing_of_another(watched: Desk):
    with watched.service.app.app_context(), db.transaction() as session:
        session.add(Region(code="lain", name="Kota Lain", zone="Asia/Makassar"))
    watched.service.hear(told(region="lain", kind="import", why="applying"))

    assert watched.call("auditor", "GET", f"{EVENTS}?kind=import").json["data"] == []


def test_events_are_found_by_a_person_whose_nip_is_typed_into_the_body(watched: Desk):
    nip = watched.call("sysadmin", "GET", f"/employees/{watched.id_of('applicant')}").json["nip"]
    person = watched.call("auditor", "POST", f"{EVENTS}/person", json={"nip": nip}).json

    found = watched.call("auditor", "GET", f"{EVENTS}?person_id={person['id']}&kind=export")

    assert person["id"] == str(watched.id_of("applicant"))
    assert len(found.json["data"]) == 1


def test_events_are_found_by_their_time(watched: Desk):
    moment = now().isoformat()

    counts = {
        name: len(
            watched.call(
                "auditor", "GET", f"{EVENTS}?{urlencode({name: moment, 'kind': 'export'})}"
            ).json["data"]
        )
        for name in ("noted_at_from", "noted_at_until")
    }

    assert counts == {"noted_at_from": 0, "noted_at_until": 1}


def test_a_file_of_events_is_an_export_itself(watched: Desk):
    answer = watched.call("auditor", "GET", f"{EVENTS}?kind=export&format=csv")

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    watched.service.drain()
    newest = watched.call("auditor", "GET", f"{EVENTS}?kind=export").json["data"][0]
    assert newest["actor_id"] == str(watched.id_of("auditor"))
    assert newest["thing"] == "/api/identity/v1/security-events"


def test_alarms_are_read_by_auditor_and_administrator(watched: Desk):
    most = THRESHOLDS["rows_exported"].most
    watched.service.hear(told(actor_id=watched.id_of("applicant"), amount=most))

    for key in ("auditor", "sysadmin"):
        [alarm] = [
            row
            for row in watched.call(key, "GET", "/security-alarms").json["data"]
            if row["threshold"] == "rows_exported"
        ]
        assert alarm["person_name"].startswith("Andini Contoh")
    assert watched.call("bkpsdm_admin", "GET", "/security-alarms").status_code == 403


def test_everybody_is_told_what_of_it_they_may_read(watched: Desk):
    told_to = {
        key: watched.call(key, "GET", "/me/security").json
        for key in ("auditor", "sysadmin", "applicant")
    }

    assert {key: (said["events"], said["alarms"]) for key, said in told_to.items()} == {
        "auditor": (True, True),
        "sysadmin": (False, True),
        "applicant": (False, False),
    }
    assert told_to["applicant"]["alarms_lately"] == 0
