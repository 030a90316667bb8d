"""Services that start in any order, some of them late, come to know the same.

In one process; the orders that are not tried each time are tried by `./simpul prove`. Real
processes: `tests/engines/`.
"""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from chassis.events.reconcile import Reconciler
from chassis.process import runtime as runtimes
from chassis.process.manifest import discover, load
from chassis.process.regions import all_regions
from chassis.run import embedded, migration, worker
from services.identity.seeds.demo import seed
from tests.builders.orders import chance
from tests.builders.service import settings_for
from tests.builders.templates import template

COPIES = {
    "proposal": ("employees", "units", "role_grants"),
    "documents": ("employees",),
    "notification": ("employees", "units", "role_grants"),
}
ALL_ORDERS = list(itertools.permutations(("identity", *COPIES)))
EACH_TIME = 3
ORDERS = [
    pytest.param(order, marks=[pytest.mark.prove(part="orders")] * (place >= EACH_TIME))
    for place, order in enumerate(chance(0).sample(ALL_ORDERS, len(ALL_ORDERS)))
]


def settings_of(folder: Path) -> dict[str, str]:
    """Settings of all services on one bus, the last one's."""
    return {k: v for name in discover() for k, v in settings_for(name, folder).items()}


@pytest.fixture(scope="module")
def prepared() -> Path:
    """Migrated databases; identity's has the demo region, of which nobody has heard yet."""
    return template("demo-untold", _prepare)


def _prepare(folder: Path) -> None:
    settings = settings_of(folder)
    for name, manifest in discover().items():
        app = load(manifest.app)(settings)
        migration.upgrade(app)
        embedded.prepare(app)
        if name == "identity":
            seed(app, folder)
        _close(app)


def known(app: Flask, tables: tuple[str, ...]) -> dict[str, int]:
    session = runtimes.of(app).db.session
    found = runtimes.of(app).db.metadata.tables
    with app.app_context(), all_regions():
        counts = {
            name: session.scalar(select(func.count()).select_from(found[name])) for name in tables
        }
        session.rollback()
    return counts


def starting(folder: Path, order: tuple[str, ...]) -> Iterator[list[Flask]]:
    """Start one after the other; who is there already works on, and asks for who is not."""
    settings, running = settings_of(folder), []
    for name in order:
        running.append(load(discover()[name].app)(settings))
        worker.drain(*running)
        for app in running:
            with app.app_context():
                Reconciler(runtimes.of(app)).compare_all()
        worker.drain(*running)
        yield running


def _close(app: Flask) -> None:
    with app.app_context():
        runtimes.of(app).bus.close()
        runtimes.of(app).db.session.remove()
        runtimes.of(app).db.engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_in_any_order_all_know_what_identity_knows(prepared, tmp_path, order):
    for database in prepared.glob("*.db"):
        shutil.copy(database, tmp_path)
    *_, running = starting(tmp_path, order)
    apps = {app.name: app for app in running}

    for name, tables in COPIES.items():
        assert known(apps[name], tables) == known(apps["identity"], tables), name
        with apps[name].app_context():
            assert Reconciler(runtimes.of(apps[name])).compare_all() == []
    for app in running:
        _close(app)
