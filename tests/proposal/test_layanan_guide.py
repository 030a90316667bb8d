"""docs/adding-a-layanan.md is followed: its file is published, and a proposal comes to its end."""

import json
from typing import Any

import pytest

from services.proposal.domain.shape import schema_text
from services.proposal.usecases import catalogue
from tests.builders.organisation import an_id
from tests.builders.people import role_event
from tests.pluggable.checklist import ROOT, blocks
from tests.proposal.office import Office
from tests.proposal.over_http import decide, etag

PAGE = ROOT / "docs" / "adding-a-layanan.md"
CODE = "keterangan_aktif"
ADMINISTRATOR = "bkpsdm_admin_second"


def file() -> dict[str, Any]:
    written: dict[str, Any] = json.loads(blocks(PAGE)[f"{CODE}.json"])
    return written


@pytest.fixture
def city(office: Office) -> Office:
    office.service.hear(role_event(ADMINISTRATOR, "sysadmin", None))
    return office


def publish(city: Office, who: str = ADMINISTRATOR, **changes: Any) -> Any:
    return city.call("POST", "/layanan", who, json={**file(), **changes})


def test_it_is_published_and_offered(city: Office):
    answer = publish(city)

    assert answer.status_code == 201, answer.json
    offered = city.call("GET", f"/layanan/{CODE}", "applicant").json
    assert {**answer.json, "window": None}.items() <= offered.items()
    assert offered["name"] == "Surat Keterangan Aktif"
    assert CODE in {row["code"] for row in city.call("GET", "/layanan", "umpeg").json["data"]}


def test_a_proposal_goes_its_way_and_the_letter_waits_at_the_counter(city: Office):
    publish(city)
    filed = city.call(
        "POST",
        "/proposals",
        "applicant",
        json={"layanan": CODE, "fields": {"keperluan": "bank"}},
    )
    path = f"/proposals/{filed.json['id']}"
    receipt = {"receipt": city.receipt("applicant")}
    filed = city.call(
        "PUT", f"{path}/documents/formulir_bank", "applicant", json=receipt, headers=etag(filed)
    )
    sent = city.call("POST", f"{path}/submit", "applicant", headers=etag(filed))
    moved = [decide(city, filed.json["id"], who) for who in ("umpeg", "bkpsdm_admin")]
    stages = [answer.json["stage"] for answer in (sent, *moved)]
    seen = city.call("GET", path, "bkpsdm_admin")
    result = {"result": "ms", "fields": {"nomor_surat": "800/1"}}

    ended = city.call("POST", f"{path}/result", "bkpsdm_admin", json=result, headers=etag(seen))

    assert ended.status_code == 200, ended.json
    assert stages == ["umpeg_verification", "bkpsdm_validation", "processing"]
    assert (ended.json["stage"], ended.json["result"]) == ("completed", "ms")
    told = city.service.recorded("proposal.completed.v1")[-1].data
    assert told["pickup_place"] == "Loket pelayanan BKPSDM"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/fields/keperluan"),
        ({"keperluan": "lainnya"}, "/fields/penjelasan"),
        ({"keperluan": "bank"}, "/documents/formulir_bank"),
    ],
)
def test_its_rules_hold_when_it_is_filed(city: Office, fields: dict[str, Any], pointer: str):
    publish(city)
    draft = city.call("POST", "/proposals", "applicant", json={"layanan": CODE, "fields": fields})

    path = f"/proposals/{draft.json['id']}/submit"
    refused = city.call("POST", path, "applicant", headers=etag(draft))

    assert refused.status_code == 422
    assert pointer in {error["pointer"] for error in refused.json["errors"]}


@pytest.mark.parametrize("who", ["applicant", "umpeg", "bkpsdm_admin", "bkpsdm_head"])
def test_nobody_but_the_system_administrator_publishes(city: Office, who: str):
    assert publish(city, who).status_code == 403
    assert city.call("GET", f"/layanan/{CODE}", "applicant").status_code == 404


def test_a_wrong_file_is_answered_as_the_page_says(city: Office):
    printed = blocks_without_title()[-1]
    fields, stages = file()["fields"], file()["stages"]
    fields[1]["type"] = "prosa"
    stages[0] = {"stage": "umpeg_verification", "working_day": 1}

    refused = publish(city, fields=fields, stages=stages)

    assert refused.status_code == 422
    assert {key: refused.json[key] for key in printed} == printed


def test_a_change_is_a_higher_version_and_what_runs_keeps_its_own(city: Office):
    publish(city)
    running = city.draft(layanan=CODE, keperluan="bank")

    again, higher = publish(city), publish(city, version=2, requirements=[])

    assert (again.status_code, again.json["code"]) == (409, "version_not_newer")
    assert higher.status_code == 201
    shown = city.call("GET", f"/proposals/{running}", "applicant").json
    assert shown["layanan"]["version"] == 1
    assert city.call("GET", f"/layanan/{CODE}", "applicant").json["version"] == 2


def test_of_two_who_publish_one_version_at_once_one_is_refused(
    city: Office, monkeypatch: pytest.MonkeyPatch
):
    publish(city)
    # The other's row is not seen yet when this one looks.
    monkeypatch.setattr(catalogue, "_newest_versions", lambda _session: {})

    late = publish(city)

    assert (late.status_code, late.json["code"]) == (409, "version_not_newer")


def test_sent_twice_with_one_key_it_is_published_once(city: Office):
    headers = {"Idempotency-Key": str(an_id("a-key"))}

    first, second = (
        city.call("POST", "/layanan", ADMINISTRATOR, json=file(), headers=headers) for _ in range(2)
    )

    assert first.status_code == second.status_code == 201
    assert first.json == second.json


def test_an_editor_gets_the_schema_without_signing_in_and_keeps_it(city: Office):
    answer = city.service.call("GET", "/api/proposal/v1/layanan.schema.json")
    again = city.service.call(
        "GET",
        "/api/proposal/v1/layanan.schema.json",
        headers={"If-None-Match": answer.headers["ETag"]},
    )

    assert answer.text == schema_text()
    assert answer.content_type == "application/schema+json"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert again.status_code == 304


def blocks_without_title() -> list[dict[str, Any]]:
    parts = PAGE.read_text("utf-8").split("```json\n")[1:]
    return [json.loads(part.split("```")[0]) for part in parts]
