"""A producer's sample is what its hearers are built against: each must handle it as it is."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from chassis.events.envelope import Event
from chassis.process.ids import uuid7
from chassis.process.manifest import discover, heard_by, owner_of
from chassis.process.regions import in_region
from tests.builders.service import Service

ROOT = Path(__file__).parents[2]
MANIFESTS = discover()


# A decision is about a proposal that waits for it; tests/proposal/test_malformed_decisions.py.
DECISIONS = {"stage.decided.v1", "result.decided.v1"}
PAIRS = [
    (hearer, event_type, producer)
    for hearer, manifest in MANIFESTS.items()
    for event_type in sorted(heard_by(manifest, MANIFESTS) - DECISIONS)
    for producer in owner_of(event_type, MANIFESTS)[:1]
]


def sample(producer: str, event_type: str) -> Event:
    path = MANIFESTS[producer].contract_file(event_type, ".sample.json")
    return Event.from_cloudevent(json.loads(path.read_text("utf-8")))


def outcomes(hearer: Service) -> list[tuple[str, str, str | None]]:
    inbox = hearer.runtime.db.plumbing.inbox
    with hearer.app.app_context():
        rows = hearer.runtime.db.session.execute(inbox.select().order_by(inbox.c.sequence))
        return [(row.type, row.status, row.error) for row in rows]


_PEOPLE = (
    *("applicant_id", "decider_ids", "owner_id", "employee_id", "to_employee_id"),
    *("letter_to", "ended_for", "told_ids", "mail_to", "whatsapp_to"),
)


def everybody_is_known(hearer: Service, samples: list[Event]) -> None:
    """The region and the people the samples speak of, as identity would have told before."""
    wanted = {"unit.changed.v1", "employee.changed.v1"} & set(hearer.runtime.heard)
    told = []
    if "unit.changed.v1" in wanted:
        told.append(variant("unit.changed.v1", id=str(uuid7()), kind="region", zone="Asia/Jakarta"))
    if "employee.changed.v1" in wanted:
        told += [variant("employee.changed.v1", id=sample) for sample in sorted(people_in(samples))]
    hearer.hear(*told)


def variant(event_type: str, **changes: str) -> Event:
    """Identity's sample, about somebody or something else."""
    one = sample("identity", event_type)
    kind = event_type.split(".", maxsplit=1)[0]
    data = {**one.data, **changes}
    return replace(one, id=uuid7(), subject=f"{kind}/{data['id']}", data=data)


def people_in(samples: list[Event]) -> set[str]:
    found: set[str] = set()
    for sample in samples:
        for key in _PEOPLE:
            value = sample.data.get(key) or []
            found |= {value} if isinstance(value, str) else set(value)
    return found


def papers_are_there(hearer: Service, samples: list[Event]) -> None:
    """The documents the samples speak of, as an upload would have left them."""
    for sample in samples:
        if sample.type != "result_document.issued.v1":
            continue
        database = hearer.runtime.db
        models = {m.local_table.name: m.class_ for m in database.Model.registry.mappers}
        with hearer.app.app_context(), in_region(sample.region), database.transaction() as session:
            session.add(
                models["documents"](
                    id=UUID(sample.data["document_id"]),
                    owner_id=uuid7(),
                    name="hasil.pdf",
                    sha256=sample.data["sha256"],
                    size=1000,
                    content_type="application/pdf",
                    pages=1,
                    signed=False,
                    object_key="sample",
                )
            )


def prepared(hearer: Service, samples: list[Event]) -> list[Event]:
    everybody_is_known(hearer, samples)
    papers_are_there(hearer, samples)
    return in_order(samples)


def in_order(samples: list[Event]) -> list[Event]:
    """People and units first, as in life: who is told must be known."""
    return sorted(samples, key=lambda event: (event.source != "identity", event.type))


@pytest.mark.parametrize("name", sorted(MANIFESTS))
def test_a_service_handles_every_sample_of_what_it_hears(service, name):
    hearer = service(name)
    heard = [sample(producer, kind) for who, kind, producer in PAIRS if who == name]

    hearer.hear(*prepared(hearer, heard))

    assert [row for row in outcomes(hearer) if row[1] != "done"] == []
    assert len(outcomes(hearer)) >= len(heard)


@pytest.mark.parametrize("name", sorted(MANIFESTS))
def test_a_field_added_later_disturbs_no_hearer(service, name):
    """Additive fields keep a version, so every hearer must tolerate them."""
    hearer = service(name)
    heard = []
    for who, kind, producer in PAIRS:
        if who == name:
            one = sample(producer, kind).to_cloudevent()
            one["data"]["added_in_a_later_release"] = {"any": ["thing"]}
            one["laterattribute"] = "x"
            heard.append(Event.from_cloudevent(one))

    hearer.hear(*prepared(hearer, heard))

    assert [row for row in outcomes(hearer) if row[1] != "done"] == []


@pytest.mark.parametrize("event_type", sorted(DECISIONS))
def test_a_decision_of_any_service_is_what_the_proposal_service_hears(event_type):
    heard = ROOT / "services/proposal/contracts/heard" / f"{event_type}.schema.json"
    promised = Draft202012Validator(json.loads(heard.read_text("utf-8")))

    for producer in owner_of(event_type, MANIFESTS):
        promised.validate(dict(sample(producer, event_type).data))


def test_somebody_hears_something():
    assert {hearer for hearer, _, _ in PAIRS} >= {"proposal", "documents", "notification"}
