"""What a reader may rely on in every service, kept by a machine."""

import ast
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.schema import ColumnCollectionConstraint

from chassis.data.revisions import newest
from chassis.events.envelope import Event
from chassis.http.auth import accept_until_expiry
from chassis.http.fields import unchecked
from chassis.process import runtime as runtimes
from chassis.process.manifest import (
    SHARED_CONTRACTS,
    discover,
    heard_by,
    hearers_of,
    load,
    owner_of,
)
from chassis.run import migration
from chassis.run.app import check_access
from ops.generators.contracts import events_of

ROOT = Path(__file__).parents[2]
SERVICES = sorted(discover())
MANIFESTS = discover()
FROM_OUTSIDE = {"stage.decided.v1", "result.decided.v1"}


def contracts(service: str) -> dict[str, Path]:
    folder = ROOT / "services" / service / "contracts"
    return {p.name.removesuffix(".schema.json"): p for p in folder.glob("*.schema.json")}


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    from tests.builders.system import demo_system

    running = demo_system(tmp_path_factory.mktemp("architecture"))
    yield running
    running.close()


@pytest.mark.parametrize("name", SERVICES)
def test_every_event_has_a_sample_that_fits_its_contract(name):
    assert set(contracts(name)) == set(MANIFESTS[name].publishes)
    runtime_contracts = __import__("chassis.events.contracts", fromlist=["Contracts"]).Contracts(
        ROOT / "services" / name / "contracts"
    )
    for event_type, path in contracts(name).items():
        sample = json.loads(path.with_name(f"{event_type}.sample.json").read_text("utf-8"))
        event = Event.from_cloudevent(sample)
        assert event.type == event_type
        runtime_contracts.check(event_type, event.data)


@pytest.mark.parametrize("name", SERVICES)
def test_every_event_is_declared_and_nothing_else_is_published(name):
    assert set(events_of(MANIFESTS[name])) == set(MANIFESTS[name].publishes)


@pytest.mark.parametrize("name", SERVICES)
def test_every_event_heard_is_published_by_somebody(name):
    nobody = [t for t in MANIFESTS[name].hears if not owner_of(t, MANIFESTS)]

    assert set(nobody) <= FROM_OUTSIDE


def test_no_event_has_two_owners():
    # Any service may decide for a person (R1), so those two have as many owners as deciders.
    published = [
        t for manifest in MANIFESTS.values() for t in manifest.publishes if t not in FROM_OUTSIDE
    ]

    assert sorted(published) == sorted(set(published))


@pytest.mark.parametrize("name", SERVICES)
def test_an_event_has_a_hearer_or_the_reason_why_it_has_none(name):
    manifest = MANIFESTS[name]
    heard = {event for event in manifest.publishes if hearers_of(event, MANIFESTS)}

    assert heard ^ manifest.unheard.keys() == set(manifest.publishes)
    assert all(manifest.unheard.values())


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_hears_is_what_its_manifest_says(name, system):
    hears = set(runtimes.of(system.apps[name]).heard)

    assert hears == heard_by(MANIFESTS[name], MANIFESTS)


@pytest.mark.parametrize("name", SERVICES)
def test_every_handler_takes_the_producers_sample(name, system):
    runtime = runtimes.of(system.apps[name])
    for event_type in runtime.heard:
        for owner in owner_of(event_type, MANIFESTS):
            sample = MANIFESTS[owner].contract_file(event_type, ".sample.json")
            event = Event.from_cloudevent(json.loads(sample.read_text("utf-8")))
            assert event.source == owner or sample.parent == SHARED_CONTRACTS


@pytest.mark.parametrize("name", SERVICES)
def test_every_handler_says_what_it_reads(name, system):
    heard = runtimes.of(system.apps[name]).heard

    assert [event for event, hearing in heard.items() if not hearing.reads.fields] == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_knows_whose_sessions_were_ended(name, system):
    assert runtimes.of(system.apps[name]).revoked_at is not accept_until_expiry


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_says_who_may_use_it(name, system):
    check_access(system.apps[name])


@pytest.mark.parametrize("name", SERVICES)
def test_there_is_one_newest_migration_and_it_matches_the_models(name, system):
    folder = ROOT / "services" / name
    assert migration.heads(folder) == [newest(folder)]
    assert migration.drift(system.apps[name]) == []


def keys_of(table: Table) -> list[ColumnCollectionConstraint | Index]:
    keys = [
        constraint
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint) and constraint.columns
    ]
    return [*keys, *(index for index in table.indexes if index.unique)]


def two_regions_may_collide(key: ColumnCollectionConstraint | Index) -> bool:
    """A UUID is of one row, a fingerprint of one secret; whatever else is unique, is so in a region."""
    if any(isinstance(column.type, Uuid) or column.name == "fingerprint" for column in key.columns):
        return False
    return next(iter(key.columns)).name != "region"


@pytest.mark.parametrize("name", SERVICES)
def test_no_key_of_a_region_table_can_be_taken_by_another_region(name, system):
    metadata = runtimes.of(system.apps[name]).db.metadata
    scoped = [table for table in metadata.tables.values() if table.info.get("region_scoped")]
    wrong = [
        f"{table.name}: {key.name}"
        for table in scoped
        for key in keys_of(table)
        if two_regions_may_collide(key)
    ]

    assert wrong == []


@pytest.mark.parametrize("columns", [("person_id",), ("number", "region"), ("number",)])
def test_a_key_that_another_region_could_take_is_found(columns):
    types = {"person_id": String(20), "number": Integer(), "region": String(16)}
    made = [Column(name, types[name]) for name in columns]
    table = Table("made", MetaData(), *made, UniqueConstraint(*columns, name="wrong"))

    assert [key.name for key in keys_of(table) if two_regions_may_collide(key)] == ["wrong"]


@pytest.mark.parametrize("name", SERVICES)
def test_the_manifest_can_be_loaded(name):
    manifest = MANIFESTS[name]
    for dotted in (manifest.app, manifest.seed, manifest.demo_seed, manifest.init):
        assert dotted is None or callable(load(dotted))


# What is no change of the service's own rows, or opens its transaction at another seam.
WRITES_ELSEWHERE = {
    "documents": {
        "/api/documents/v1/documents",
        "/api/documents/v1/documents/made",
        "/api/documents/v1/uploads",  # what the key stands for is in its headers and permit
        "/api/documents/v1/uploads/<uuid:upload_id>",
        "/api/documents/v1/uploads/<uuid:upload_id>/finish",
        "/api/documents/v1/uploads/combine",
        "/api/documents/v1/uploads/<uuid:upload_id>/mended",
        "/api/documents/v1/uploads/form",
        "/api/documents/v1/permits",  # nothing is kept of it
    },  # the file first: `write`, or a use case that goes on where it was
    "identity": {
        "/api/identity/v1/employees/search",
        "/api/identity/v1/me/contact/verify",  # a wrong try stays counted
        "/oauth/token",
        "/oauth/revoke",
        "/api/identity/v1/security-events/person",
    },
    "notification": {"/api/notification/v1/whatsapp/status"},  # one transaction per message
    "proposal": {
        "/api/proposal/v1/status",
        "/api/proposal/v1/proposals/<uuid:proposal_id>/documents/<requirement>/grant",
    },
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_view_that_changes_something_says_so(name, system):
    app = system.apps[name]
    changing = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.methods - {"GET", "HEAD", "OPTIONS"}
        and not app.view_functions[rule.endpoint].__dict__.get("writes")
        and app.view_functions[rule.endpoint].__module__.startswith(
            (f"services.{name}.api", f"services.{name}.channels")
        )
    }

    assert changing == WRITES_ELSEWHERE.get(name, set())


@pytest.mark.parametrize("name", SERVICES)
def test_what_comes_in_and_what_goes_out_have_their_own_modules(name):
    api = ROOT / "services" / name / "api"
    shapes = {
        path.relative_to(api).parts[0].removesuffix(".py")
        for path in api.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base) in ("Schema", "VersionedView", "PageArgs") for base in node.bases)
    }

    assert shapes == {"requests", "views"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_text_of_every_request_is_read_by_the_one_rule(name, system):
    taken = [
        argument["schema"]
        for view in system.apps[name].view_functions.values()
        for argument in getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
        if "schema" in argument
    ]
    made = [schema() if isinstance(schema, type) else schema for schema in taken]

    assert taken
    assert {type(schema).__name__: unchecked(schema) for schema in made if unchecked(schema)} == {}


def test_no_view_opens_a_transaction_or_asks_the_database_itself():
    reaching = [
        f"{path.relative_to(ROOT)}"
        for path in source_files("services")
        if path.relative_to(ROOT).parts[2] in ("api", "pages", "channels")
        and re.search(r"\btransaction\(|\bdb\b", path.read_text("utf-8"))
    ]

    assert reaching == []


def test_an_event_is_made_without_being_recorded():
    recording = [
        f"{path.relative_to(ROOT)}"
        for path in source_files("services")
        if path.name == "events.py" and "outbox" in path.read_text("utf-8")
    ]

    assert recording == []


def source_files(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations/versions" not in path.as_posix()
    ]


def test_settings_are_declared_where_a_service_or_a_channel_describes_itself():
    outside = re.compile(r"\bSetting\(|\bos\.environ\b|\bgetenv\b")
    offending = [
        path.relative_to(ROOT).as_posix()
        for path in source_files("services")
        if path.name not in ("manifest.py", "channel.py")
        and outside.search(path.read_text("utf-8"))
    ]

    assert offending == []


def test_services_write_no_raw_sql_and_reach_past_no_model():
    forbidden = re.compile(r"\b__table__\b|\bimport text\b|[^\w.]text\(\s*[f\"']")
    offending = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in source_files("services")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]

    assert offending == []


def test_only_the_transaction_block_commits():
    offending = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in source_files("services", "staff", "gateway", "portal", "chassis")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if re.search(r"\bsession\.commit\(", line) and path.name != "db.py"
    ]

    assert offending == []


def test_only_the_relay_publishes():
    offending = [
        f"{path.relative_to(ROOT)}"
        for path in source_files("services", "staff", "gateway", "portal", "ops", "chassis")
        if re.search(r"basic_publish|bus\.publish\(", path.read_text("utf-8"))
        and path.name not in ("publisher.py", "amqp.py", "confirms.py")
    ]

    assert offending == []


def test_files_and_functions_stay_short():
    code = source_files("chassis", "staff", "services", "gateway", "portal", "ops")
    long_files = [p.name for p in code if len(p.read_text("utf-8").splitlines()) > 350]
    long_functions = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in code
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > 45
    ]

    assert long_files == []
    assert long_functions == []


def test_no_module_has_a_name_that_says_nothing():
    empty = {"utils", "helpers", "common", "manager", "base", "misc", "util"}

    assert [
        p
        for p in source_files("chassis", "staff", "services", "gateway", "portal", "ops")
        if p.stem in empty
    ] == []
