"""The lists on PostgreSQL: the same pages both ways, and nothing read that is not shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from chassis.data.listing import Listing, Wanted
from chassis.data.paging import Page
from chassis.process import runtime as runtimes
from chassis.process.manifest import discover, load
from chassis.process.regions import in_region
from ops.engines.postgres import Postgres
from services.identity import queries as identity
from services.notification import queries as notification
from tests.builders.databases import database_on
from tests.builders.plans import rows_read
from tests.builders.service import Service, let_go, under_test
from tests.identity import test_list_plans as employees
from tests.notification import test_list_plans as deliveries
from tests.proposal import test_list_plans as proposals
from tests.proposal.office import Office

pytestmark = pytest.mark.live
SIZE = 20_000
# A page, a row more, and what is looked up for each row of it.
FEW = 150
FILLS: dict[str, Callable[[int], None]] = {
    "identity": employees._fill,
    "notification": deliveries._fill,
    "proposal": proposals._fill,
}
LISTS: dict[tuple[str, str], tuple[Listing, Callable[[Wanted], Page]]] = {
    ("identity", "employees"): (identity.EMPLOYEES, identity.employees),
    ("notification", "deliveries"): (notification.DELIVERIES, notification.deliveries),
    **{("proposal", name): known for name, known in proposals.LISTS.items()},
}
ORDERS = [(*place, sort) for place, (listing, _) in LISTS.items() for sort in listing.orders]


@dataclass
class Filled:
    """Services on PostgreSQL, each with many rows."""

    services: dict[str, Service]

    @contextmanager
    def inside(self, name: str) -> Iterator[Any]:
        app = self.services[name].app
        with app.app_context(), in_region("demo"):
            yield runtimes.of(app).db.session()


@pytest.fixture(scope="module")
def filled(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    services = {name: _service(postgres, name, tmp_path_factory.mktemp(name)) for name in FILLS}
    one = Filled(services)
    for name, fill in FILLS.items():
        with one.inside(name):
            fill(SIZE)
        _analyse(postgres.owner_url(name))
    yield one
    for service in services.values():
        let_go(service.app)


def _service(postgres: Postgres, name: str, folder: Path) -> Service:
    app = load(discover()[name].app)(database_on(postgres, name, folder))
    service = under_test(app)
    if name == "proposal":
        Office(service).open()
    return service


def _analyse(owner_url: str) -> None:
    """What autovacuum does by itself within a minute."""
    engine = create_engine(owner_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


@pytest.mark.parametrize(("service", "name", "sort"), ORDERS)
def test_a_page_reads_what_it_shows(filled, service, name, sort):
    _, read = LISTS[service, name]

    with filled.inside(service) as session:
        read(Wanted(sort=sort))  # what is read once per change of the offices is read here
        seen = rows_read(session, lambda: read(Wanted(sort=sort, count=0)))

    assert seen <= FEW


@pytest.mark.parametrize(("service", "name", "sort"), ORDERS)
def test_pages_lead_on_and_back(filled, service, name, sort):
    _, read = LISTS[service, name]

    with filled.inside(service):
        whole = _keys(read(Wanted(sort=sort, limit=30)))
        first = read(Wanted(sort=sort, limit=10))
        second = read(Wanted(sort=sort, limit=10, cursor=first.next_cursor))
        third = read(Wanted(sort=sort, limit=10, cursor=second.next_cursor))
        back = read(Wanted(sort=sort, limit=10, cursor=third.previous_cursor))

    assert _keys(first) + _keys(second) + _keys(third) == whole
    assert _keys(back) == _keys(second)


@pytest.mark.parametrize(
    ("service", "name", "q"),
    [
        ("identity", "employees", "00042"),
        ("identity", "employees", "contoh"),
        ("notification", "deliveries", "nama00042"),
    ],
)
def test_words_read_the_rows_that_have_them(filled, service, name, q):
    _, read = LISTS[service, name]

    with filled.inside(service) as session:
        seen = rows_read(session, lambda: read(Wanted(q=q, count=0)))

    assert seen < SIZE / 10


def _keys(found: Page) -> list[str]:
    return [str(_key(row)) for row in found.items]


def _key(row: Any) -> Any:
    if isinstance(row, dict):
        return row["id"]
    held = (getattr(row, name, None) for name in ("entry", "proposal", "employee"))
    return next(thing for thing in held if thing is not None).id
