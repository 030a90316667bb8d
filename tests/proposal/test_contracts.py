import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from chassis.events.contracts import ContractBroken, Contracts
from chassis.events.envelope import Event
from services.proposal.manifest import MANIFEST

FOLDER = Path(__file__).parents[2] / "services" / "proposal" / "contracts"
CONTRACTS = Contracts(FOLDER)
PERSONAL = ("nip", "name", "phone", "email", "jabatan", "golongan")


def sample(event_type: str) -> Event:
    return Event.from_json((FOLDER / f"{event_type}.sample.json").read_text("utf-8"))


def required(event_type: str) -> list[str]:
    """What every such message says; what a later release added may be left out."""
    return json.loads((FOLDER / f"{event_type}.schema.json").read_text("utf-8"))["required"]


def test_every_event_of_the_manifest_has_a_contract_and_nothing_else_has():
    assert sorted(CONTRACTS.types) == sorted(MANIFEST.publishes)


@pytest.mark.parametrize("event_type", MANIFEST.publishes)
def test_samples_fit_their_own_contract(event_type):
    event = sample(event_type)

    CONTRACTS.check(event_type, event.data)
    assert (event.type, event.source) == (event_type, "proposal")


@pytest.mark.parametrize("event_type", MANIFEST.publishes)
def test_a_message_that_lacks_a_fact_breaks_the_contract(event_type):
    for missing in required(event_type):
        data = {key: value for key, value in sample(event_type).data.items() if key != missing}
        with pytest.raises(ContractBroken):
            CONTRACTS.check(event_type, data)


@pytest.mark.parametrize("event_type", MANIFEST.publishes)
def test_a_message_may_grow_without_breaking_who_hears_it(event_type):
    CONTRACTS.check(event_type, {**sample(event_type).data, "something_new": 1})


@pytest.mark.parametrize("event_type", MANIFEST.publishes)
def test_no_name_nip_or_contact_is_promised(event_type):
    schema = json.loads((FOLDER / f"{event_type}.schema.json").read_text("utf-8"))

    assert not set(schema["properties"]) & set(PERSONAL)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.schema.json")), ids=lambda p: p.name)
def test_schemas_are_schemas(path):
    Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))
