import json
from pathlib import Path
from string import Formatter

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


def test_every_event_of_the_manifest_has_a_contract_and_nothing_else_has():
    assert sorted(CONTRACTS.types) == sorted(MANIFEST.publishes)


@pytest.mark.parametrize("event_type", MANIFEST.publishes)
def test_samples_fit_their_own_contract(event_type):
    event = sample(event_type)

    CONTRACTS.check(event_type, event.data)
    assert (event.type, event.source) == (event_type, "proposal")


@pytest.mark.parametrize("event_type", MANIFEST.publishes)
def test_a_message_that_lacks_a_fact_breaks_the_contract(event_type):
    for missing in sample(event_type).data:
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


@pytest.mark.parametrize("notice", MANIFEST.notices, ids=lambda one: one.name)
def test_notices_ask_only_for_what_their_event_tells(notice):
    told = set(sample(notice.event).data)
    labels = {f"{name}_label" for name in MANIFEST.labels if name in told}
    given = {"recipient_name", "region_name", "sender", "app_url", "result_label", *labels}
    for words in _words(notice.template):
        assert _placeholders(words) <= told | given


@pytest.mark.parametrize("notice", MANIFEST.notices, ids=lambda one: one.name)
def test_a_notice_of_a_sensitive_layanan_tells_number_and_stage_only(notice):
    allowed = {"number", "stage_label", "lookup_code", "recipient_name", "sender", "app_url"}
    for words in notice.template["sensitive"].values():
        assert _placeholders(words) <= allowed


@pytest.mark.parametrize("notice", MANIFEST.notices, ids=lambda one: one.name)
def test_notices_have_both_languages(notice):
    assert {"id", "en"} <= set(notice.template)
    assert set(notice.template["sensitive"]) == {"id", "en"}


def _words(template) -> list[dict[str, str]]:
    return [template["id"], template["en"], *template["sensitive"].values()]


def _placeholders(words: dict[str, str]) -> set[str]:
    text = words["subject"] + words["body"]
    return {name for _, name, _, _ in Formatter().parse(text) if name}
