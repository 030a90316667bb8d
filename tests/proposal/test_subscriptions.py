import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from chassis.events.envelope import Event
from chassis.process.ids import uuid7
from chassis.process.regions import in_region
from services.proposal.domain.stages import OFFICER_STAGES
from services.proposal.manifest import MANIFEST
from services.proposal.models import Delegation, Employee, LayananDefinition, RoleGrant, Unit, db
from services.proposal.subscriptions import HEARD
from tests.builders.definitions import definition_data
from tests.builders.organisation import an_id
from tests.builders.people import delegation_event, employee_event, role_event, unit_event
from tests.proposal.office import Office

SERVICES = Path(__file__).parents[2] / "services"
IDENTITY = SERVICES / "identity" / "contracts"
HEARD_HERE = SERVICES / "proposal" / "contracts" / "heard"


def sample(folder: Path, event_type: str) -> Event:
    text = (folder / f"{event_type}.sample.json").read_text("utf-8")
    return Event.from_json(text)


def id_of(event: Event) -> UUID:
    return UUID(event.data["id"])


def at_version(event: Event, version: int) -> Event:
    return replace(event, version=version)


def parked(office: Office) -> list[str]:
    with office.service.app.app_context():
        inbox = office.service.runtime.db.plumbing.inbox
        rows = db.session.execute(select(inbox).where(inbox.c.status == "parked"))
        return [row.error for row in rows]


def decided(proposal_id, stage: str, decision: str, *, source: str = "dummy", **more) -> Event:
    data = {"proposal_id": str(proposal_id), "stage": stage, "decision": decision, **more}
    subject = f"proposal/{proposal_id}"
    return Event("stage.decided.v1", subject, data, 1, region="demo", source=source)


def resulted(proposal_id, result: str, *, source: str = "dummy", **more) -> Event:
    data = {"proposal_id": str(proposal_id), "stage": "processing", "result": result, **more}
    subject = f"proposal/{proposal_id}"
    return Event("result.decided.v1", subject, data, 1, region="demo", source=source)


def with_a_deciding_service(office: Office, stage: str) -> None:
    office.installs_service("dummy")
    stages = [
        {"stage": str(each)} | ({"decider": "service:dummy"} if each == stage else {})
        for each in OFFICER_STAGES
        if each in ("opd_head_approval", "processing")
    ]
    office.install(definition_data(stages=stages, result={"document": "optional"}))


def test_everything_the_manifest_hears_has_a_handler():
    assert set(MANIFEST.hears) == set(HEARD)


@pytest.mark.parametrize(
    ("event_type", "model"),
    [
        ("employee.changed.v1", Employee),
        ("unit.changed.v1", Unit),
        ("role.changed.v1", RoleGrant),
        ("delegation.changed.v1", Delegation),
    ],
)
def test_identitys_own_samples_are_understood(office: Office, event_type, model):
    event = sample(IDENTITY, event_type)
    office.service.hear(event)

    assert parked(office) == []
    with office.inside():
        kept = db.session.scalar(select(model).where(model.id == id_of(event)))
    assert kept.version == event.version


def test_an_older_message_changes_nothing(office: Office):
    office.service.hear(employee_event("applicant", "disdik", version=5, name="Nama Baru"))
    office.service.hear(employee_event("applicant", "disdik", version=4, name="Nama Lama"))

    with office.inside():
        kept = db.session.get(Employee, an_id("applicant"))
    assert (kept.name, kept.version) == ("Nama Baru", 5)


@pytest.mark.parametrize(
    ("newer", "older", "model", "key"),
    [
        (
            role_event("umpeg", "umpeg", "disdik", version=3, acting="plh"),
            role_event("umpeg", "umpeg", "disdik", version=2, acting="plt"),
            RoleGrant,
            "acting",
        ),
        (
            at_version(delegation_event("umpeg", "disdik", "umpeg", "sekda", active=False), 3),
            at_version(delegation_event("umpeg", "disdik", "umpeg", "sekda"), 2),
            Delegation,
            "active",
        ),
    ],
)
def test_roles_and_delegations_too_keep_the_newest(office: Office, newer, older, model, key):
    office.service.hear(newer, older)

    with office.inside():
        kept = db.session.get(model, id_of(newer))
    assert getattr(kept, key) == newer.data[key]


def test_a_new_region_gets_the_catalogue(office: Office):
    heard = unit_event("region", "region", None, id=str(uuid7()))
    region = replace(heard, subject=f"unit/{heard.data['id']}", region="baru")
    office.service.hear(region)

    with office.service.app.app_context(), in_region("baru"):
        codes = set(db.session.scalars(select(LayananDefinition.code)))
    assert {"bebas_hukdis", "kp_fungsional", "asn_berprestasi"} <= codes


def test_the_catalogue_of_a_known_region_is_not_doubled(office: Office):
    office.service.hear(at_version(unit_event("region", "region", None), 2))

    with office.inside():
        codes = list(db.session.scalars(select(LayananDefinition.code)))
    assert len(codes) == len(set(codes))


def test_a_service_decides_the_stage_that_was_given_to_it(office: Office):
    with_a_deciding_service(office, "opd_head_approval")
    proposal_id = office.submitted(layanan="contoh")
    office.service.hear(
        decided(proposal_id, "opd_head_approval", "approve", actor=str(an_id("opd_head")))
    )

    assert office.read(proposal_id).stage == "processing"
    (event,) = office.service.recorded("proposal.advanced.v1")
    assert (event.data["role"], event.data["actor_id"]) == (
        "service:dummy",
        str(an_id("opd_head")),
    )


def test_a_stage_given_to_a_service_is_in_nobodys_inbox_and_no_alarm(office: Office):
    with_a_deciding_service(office, "opd_head_approval")
    proposal_id = office.submitted(layanan="contoh")

    assert office.call("GET", "/inbox", "opd_head").json["data"] == []
    assert office.call("GET", "/alarms", "bkpsdm_admin").json["data"] == []
    answer = office.call("GET", f"/proposals/{proposal_id}", "opd_head")
    assert answer.json["allowed_actions"] == []


def test_not_selected_is_neither_rejected_nor_tms(office: Office):
    with_a_deciding_service(office, "opd_head_approval")
    proposal_id = office.submitted(layanan="contoh")
    office.service.hear(decided(proposal_id, "opd_head_approval", "not_selected"))

    proposal = office.read(proposal_id)
    assert (proposal.stage, proposal.result) == ("not_selected", "not_selected")
    (event,) = office.service.recorded("proposal.completed.v1")
    assert event.data["result"] == "not_selected"


def test_a_service_gives_the_result_with_its_document(office: Office):
    with_a_deciding_service(office, "processing")
    proposal_id = office.submitted(layanan="contoh")
    office.decide(proposal_id, "opd_head")
    office.service.hear(
        resulted(proposal_id, "ms", document_id=str(uuid7()), sha256="cd" * 32, note="Terbaik 1")
    )

    assert office.read(proposal_id).result == "ms"
    (issued,) = office.service.recorded("result_document.issued.v1")
    assert (issued.data["sha256"], issued.data["owner_id"]) == ("cd" * 32, str(an_id("applicant")))


@pytest.mark.parametrize(
    "make",
    [
        lambda p: decided(p, "opd_head_approval", "approve", source="stranger"),
        lambda p: decided(p, "umpeg_verification", "approve"),
        lambda p: decided(p, "opd_head_approval", "reject"),
        lambda p: decided(p, "opd_head_approval", "perhaps"),
        lambda p: decided(p, "opd_head_approval", "approve", actor=str(an_id("applicant"))),
        lambda _: decided(an_id("nothing"), "opd_head_approval", "approve"),
        lambda p: resulted(p, "ms"),
    ],
    ids=["stranger", "other stage", "no reason", "unknown", "own", "missing", "too early"],
)
def test_a_decision_that_breaks_a_rule_is_parked_and_changes_nothing(office: Office, make):
    with_a_deciding_service(office, "opd_head_approval")
    proposal_id = office.submitted(layanan="contoh")
    office.service.hear(make(proposal_id))

    assert office.read(proposal_id).stage == "opd_head_approval"
    assert len(parked(office)) == 1


def test_a_person_cannot_decide_a_services_stage(office: Office):
    with_a_deciding_service(office, "opd_head_approval")
    proposal_id = office.submitted(layanan="contoh")
    seen = office.call("GET", f"/proposals/{proposal_id}", "opd_head")

    answer = office.call(
        "POST",
        f"/proposals/{proposal_id}/decisions",
        "opd_head",
        json={"decision": "approve"},
        headers={"If-Match": seen.headers["ETag"]},
    )

    assert (answer.status_code, answer.json["code"]) == (403, "not_your_stage")


def test_a_decision_heard_twice_has_one_effect(office: Office):
    with_a_deciding_service(office, "opd_head_approval")
    proposal_id = office.submitted(layanan="contoh")
    event = decided(proposal_id, "opd_head_approval", "approve")
    office.service.hear(event, event)
    office.service.hear(event)

    assert parked(office) == []
    assert len(office.service.recorded("proposal.advanced.v1")) == 1


@pytest.mark.parametrize("event_type", ["stage.decided.v1", "result.decided.v1"])
def test_the_samples_of_what_services_may_say_fit_their_schemas(event_type):
    schema = json.loads((HEARD_HERE / f"{event_type}.schema.json").read_text("utf-8"))

    Draft202012Validator(schema).validate(dict(sample(HEARD_HERE, event_type).data))
