"""A malformed event stops nobody: it is not needed as it is, or parked at once; others go on."""

from collections.abc import Iterator
from typing import Any

import pytest

from chassis.events.envelope import Event
from tests.builders.malformed import (
    AT_ONCE,
    anew,
    broken,
    only_dispatching,
    outcomes,
    schema_of,
    wrong_kept,
)
from tests.builders.service import Service, one_service
from tests.contracts.test_hearers_take_the_producers_samples import (
    MANIFESTS,
    PAIRS,
    prepared,
    sample,
)

pytestmark = pytest.mark.slow
PEOPLE = "employee.changed.v1"


@pytest.fixture(scope="module")
def hearers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Service]]:
    """Each hearing service, which knows whom and what the samples speak of."""
    built: dict[str, Service] = {}
    for name in {pair[0] for pair in PAIRS}:
        built[name] = only_dispatching(one_service(name, tmp_path_factory.mktemp(name)))
        known = [sample(producer, kind) for who, kind, producer in PAIRS if who == name]
        built[name].hear(*prepared(built[name], known))
    yield built
    for service in built.values():
        service.close()


def field_by_field(event_type: str, producer: str) -> list[tuple[str, list[Event], Event]]:
    """Per field the events that break it, and a good one of another subject that follows them."""
    one = sample(producer, event_type)
    schema = schema_of(MANIFESTS[producer].contract_file(event_type).parent, event_type)
    return [(name, faulty, anew(one, one.data)) for name, faulty in broken(one, schema)]


@pytest.mark.parametrize(("hearer", "event_type", "producer"), PAIRS)
def test_whichever_field_is_broken_the_event_is_parked_at_once_or_needless(
    hearers, hearer, event_type, producer
):
    service, fields = hearers[hearer], field_by_field(event_type, producer)

    service.hear(*(event for _, faulty, good in fields for event in (*faulty, good)))

    ends = {name: outcomes(service, faulty) for name, faulty, _ in fields}
    assert {name: end for name, end in ends.items() if not set(end) <= set(AT_ONCE)} == {}
    assert ("parked", 1) in {outcome for end in ends.values() for outcome in end}
    assert set(outcomes(service, [good for _, _, good in fields])) == {("done", 0)}
    assert wrong_kept(service) == []


@pytest.mark.parametrize(("hearer", "event_type", "producer"), PAIRS)
def test_what_the_contract_leaves_open_is_no_fault(hearers, hearer, event_type, producer):
    """A null that the producer may say must not be parked by a hearer that reads too strictly."""
    service, one = hearers[hearer], sample(producer, event_type)
    rules = schema_of(MANIFESTS[producer].contract_file(event_type).parent, event_type)[
        "properties"
    ]
    empty = [anew(one, {**one.data, name: None}) for name, rule in rules.items() if nullable(rule)]

    service.hear(*empty)

    assert set(outcomes(service, empty)) <= {("done", 0)}


def nullable(rule: dict[str, Any]) -> bool:
    kinds = [rule.get("type"), *(choice.get("type") for choice in rule.get("anyOf", ()))]
    return "null" in str(kinds) or None in rule.get("enum", ())


@pytest.mark.parametrize("hearer", sorted({who for who, kind, _ in PAIRS if kind == PEOPLE}))
def test_a_parked_event_is_counted_where_the_alarm_looks(hearers, hearer):
    service, good = hearers[hearer], sample("identity", PEOPLE)
    before = parked(service)

    service.hear(anew(good, good.data), anew(good, {**good.data, "id": "nobody"}, keep="id"))

    assert parked(service) == before + 1


def parked(service: Service) -> int:
    name = f'simpul_events_parked{{service="{service.app.name}"}} '
    lines = service.call("GET", "/metrics").text.splitlines()
    (value,) = [line.removeprefix(name) for line in lines if line.startswith(name)]
    assert service.call("GET", "/readyz").json["backlog"]["parked"] == float(value)
    return int(float(value))
