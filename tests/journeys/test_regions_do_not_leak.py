"""Every operation of every service, with every kind of stranger and every id there is.

Each change asks by a sixth of the ids, drawn by its commit; `./simpul prove` by all of them.

The same on PostgreSQL, with and without row security: `tests/engines/test_regions_on_postgres.py`.
"""

from collections.abc import Iterator

import pytest

from chassis.process.ids import uuid7
from tests.builders.drawn import drawn
from tests.builders.matrix import (
    REFUSED,
    SERVICES,
    addresses,
    ask,
    contents_of,
    ids_of,
    operations,
    scopes_of,
    signed_here,
    strangers,
    walk,
)
from tests.builders.neighbours import add_neighbours
from tests.builders.tokens import Signer
from tests.journeys.journey import Journey, running


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """A system in which a proposal has gone some way, so that there is something to steal."""
    with running(tmp_path_factory.mktemp("leaks")) as journey:
        journey.bebas_hukdis()
        journey.bring_in_units("contoh;Unit Contoh;division;bkpsdm")
        journey.system.drain()
        yield journey


@pytest.fixture(scope="module")
def signer(lived_in: Journey) -> Iterator[Signer]:
    with signed_here(lived_in.system) as signer:
        yield signer


@pytest.fixture(scope="module")
def tokens(lived_in: Journey, signer: Signer) -> dict[str, str]:
    there = add_neighbours(lived_in.system.apps["identity"])
    lived_in.system.drain()
    return strangers(lived_in.system, signer, there)


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVICES)
def test_another_region_finds_nothing_anywhere_and_changes_nothing(lived_in, tokens, name):
    app = lived_in.system.apps[name]
    before = contents_of(app)
    ids = ids_of(app)

    found = walk(app, tokens, ids, by=drawn(ids, share=6))

    assert found.leaks == []
    assert contents_of(app) == before
    assert found.asked > 10 * len(tokens)


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_without_a_token_gets_past_a_guarded_operation(lived_in, name):
    app = lived_in.system.apps[name]
    ids = ids_of(app)[:2]
    open_doors = [
        (operation.method, address)
        for operation in operations(app)
        for address in addresses(operation.path, ids)
        if operation.guarded and ask(app, operation.method, address, None)[0] != 401
    ]

    assert open_doors == []


# Anybody signed in may look up people, units and roles of the own region.
@pytest.mark.parametrize("name", [name for name in SERVICES if name != "identity"])
def test_a_colleague_without_a_role_sees_nothing_of_somebody_elses(lived_in, signer, name):
    app = lived_in.system.apps[name]
    ids = ids_of(app)
    token = signer.person(uuid7(), *scopes_of(app), iss=lived_in.system.public_url)
    leaks = [
        (operation.method, address, status)
        for operation in operations(app)
        if "{" in operation.path and operation.method != "GET"
        for address in addresses(operation.path, ids)
        if (status := ask(app, operation.method, address, token)[0]) not in REFUSED
    ]

    assert leaks == []
