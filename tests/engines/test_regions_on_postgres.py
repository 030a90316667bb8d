"""All services on PostgreSQL: a region's rows stay its own, also when the application forgets.

Walks through the same matrix: with the application's filter removed, and with row security off as
well; the last must find a leak, or the first proves nothing. `./simpul prove` also walks as it is,
with more ids and with every kind of stranger.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import create_engine, event, text

from chassis.data import db as database
from chassis.data.reading import Reading
from chassis.process import runtime as runtimes
from ops.engines.postgres import Postgres
from tests.builders.databases import databases_on
from tests.builders.matrix import (
    SERVICES,
    contents_of,
    ids_of,
    regional,
    signed_here,
    strangers,
    walk,
)
from tests.builders.neighbours import add_neighbours
from tests.builders.system import System, demo_system
from tests.journeys.journey import PUBLIC_URL, Journey

pytestmark = pytest.mark.live
KINDS = ("officer", "employee", "application")


@dataclass
class Town:
    """Two regions on one server, with something to steal in one of them."""

    server: Postgres
    system: System
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def town(postgres, tmp_path_factory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("regions")
    system = demo_system(folder, public_url=PUBLIC_URL, **databases_on(postgres, folder))
    journey = Journey(system)
    journey.bebas_hukdis().approve_up_to("bkpsdm_validation")
    journey.bring_in_units("contoh;Unit Contoh;division;bkpsdm")
    there = add_neighbours(system.apps["identity"])
    system.drain()
    with signed_here(system) as signer:
        yield Town(postgres, system, strangers(system, signer, there))
    system.close()


@contextmanager
def without_the_filter(system: System) -> Iterator[None]:
    """The mutant: every service forgets to filter by region."""
    sessions = [runtimes.of(app).db.session for app in system.apps.values()]
    for session in sessions:
        event.remove(session, "do_orm_execute", database._filter_by_region)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Reading, "_is_scoped", property(lambda _reading: False))
            yield
    finally:
        for session in sessions:
            event.listen(session, "do_orm_execute", database._filter_by_region)


@contextmanager
def without_row_security(server: Postgres, system: System, name: str) -> Iterator[None]:
    """The second mutant: the server does not look either."""
    tables = [table.name for table in regional(system.apps[name])]
    owner = create_engine(server.owner_url(name))
    try:
        _switch(owner, tables, "DISABLE")
        yield
    finally:
        _switch(owner, tables, "ENABLE")
        owner.dispose()


def _switch(owner, tables, verb) -> None:
    with owner.begin() as connection:
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table}" {verb} ROW LEVEL SECURITY'))


@pytest.mark.parametrize("name", SERVICES)
def test_every_table_of_a_region_forces_row_security(town, name):
    app = town.system.apps[name]
    owner = create_engine(town.server.owner_url(name))
    with owner.connect() as connection:
        forced = set(
            connection.scalars(
                text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
            )
        )
        # Whatever carries a region is protected, but for the plumbing that reads across regions.
        carrying = set(
            connection.scalars(
                text(
                    "SELECT table_name FROM information_schema.columns"
                    " WHERE table_schema = 'public' AND column_name = 'region'"
                )
            )
        )
    owner.dispose()

    assert forced == {table.name for table in regional(app)}
    assert carrying - forced == {"outbox", "inbox", "timers"}


@pytest.mark.prove(part="rest")
@pytest.mark.parametrize("name", SERVICES)
def test_another_region_finds_nothing_and_changes_nothing(town, name):
    app = town.system.apps[name]
    before = contents_of(app)
    found = walk(app, town.tokens, ids_of(app))

    assert found.leaks == []
    assert contents_of(app) == before
    assert found.asked > 50


@pytest.mark.parametrize(
    ("per_table", "kinds"),
    [
        # An officer is an employee as well, with more rights.
        pytest.param(1, ("officer", "application"), id="some"),
        pytest.param(2, KINDS, marks=pytest.mark.prove(part="rest"), id="all"),
    ],
)
@pytest.mark.parametrize("name", SERVICES)
def test_nor_when_the_application_forgets_to_filter(town, name, per_table, kinds):
    app = town.system.apps[name]
    before, ids = contents_of(app), ids_of(app, per_table=per_table)
    with without_the_filter(town.system):
        found = walk(app, {kind: town.tokens[kind] for kind in kinds}, ids)

    assert found.leaks == []
    assert contents_of(app) == before
    assert found.asked > 30


@pytest.mark.parametrize("name", SERVICES)
def test_the_matrix_finds_a_leak_once_row_security_is_off_too(town, name):
    app = town.system.apps[name]
    ids = ids_of(app)
    with without_the_filter(town.system), without_row_security(town.server, town.system, name):
        found = walk(app, town.tokens, ids, until_one=True)

    assert found.leaks
