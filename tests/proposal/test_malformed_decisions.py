"""A service's decision that is malformed is parked at once, and changes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from uuid import UUID

import pytest

from chassis.events.envelope import Event
from chassis.process.ids import uuid7
from services.proposal.models import db
from tests.builders.definitions import definition_data
from tests.builders.malformed import (
    AT_ONCE,
    Outcome,
    broken,
    only_dispatching,
    outcomes,
    schema_of,
    wrong_kept,
)
from tests.builders.people import employee_event
from tests.builders.service import one_service
from tests.proposal.office import Office
from tests.proposal.test_subscriptions import HEARD_HERE, sample

AWARDS = {"decider": "service:awards"}
DECIDED = {"stage.decided.v1": "opd_head_approval", "result.decided.v1": "processing"}
SAMPLED = sample(HEARD_HERE, "stage.decided.v1").data["proposal_id"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Two layanan of which a service decides the only stage that is left to decide."""
    one = Office(only_dispatching(one_service("proposal", tmp_path_factory.mktemp("malformed"))))
    one.open()
    one.installs_service("awards")
    for event_type, stage in DECIDED.items():
        stages = [{"stage": stage, **AWARDS}]
        if stage != "processing":
            stages.append({"stage": "processing"})
        code = event_type.split(".", maxsplit=1)[0]
        one.install(definition_data(code=code, stages=stages, result={"document": "optional"}))
    yield one
    with one.inside():
        db.session.remove()
        db.engine.dispose()


def waiting(office: Office, layanan: str, stage: str) -> Iterator[str]:
    """The same proposal as long as it waits, then the next; each person has one only."""
    for number in count():
        person = f"{layanan} {number}"
        office.service.hear(employee_event(person, "disdik"))
        proposal_id = office.submitted(person, layanan=layanan)
        while office.read(proposal_id).stage == stage:
            yield str(proposal_id)


def about(one: Event, proposal_id: str) -> Event:
    """The decision for this proposal, where it still names the sample's."""
    whole = one.data.get("proposal_id") == SAMPLED
    named = {"proposal_id": proposal_id} if whole else {}
    subject = f"proposal/{proposal_id}"
    return replace(one, id=uuid7(), subject=subject, data={**one.data, **named})


def end_of(office: Office, event: Event) -> Outcome:
    office.service.hear(event)
    return outcomes(office.service, [event])[0]


@pytest.mark.parametrize("event_type", DECIDED)
def test_whichever_field_is_broken_it_is_parked_at_once_or_needless(office: Office, event_type):
    one, stage = sample(HEARD_HERE, event_type), DECIDED[event_type]
    desk = waiting(office, event_type.split(".", maxsplit=1)[0], stage)
    ends: dict[str, list[Outcome]] = {}

    for name, faulty in broken(one, schema_of(HEARD_HERE, event_type)):
        for event in faulty:
            proposal_id = next(desk)
            end = end_of(office, about(event, proposal_id))
            ends.setdefault(name, []).append(end)
            assert (office.read(UUID(proposal_id)).stage == stage) == (end[0] == "parked"), name
        assert end_of(office, about(one, next(desk))) == ("done", 0)

    assert {name: end for name, end in ends.items() if not set(end) <= set(AT_ONCE)} == {}
    assert ("parked", 1) in ends["proposal_id"]
    assert wrong_kept(office.service) == []
