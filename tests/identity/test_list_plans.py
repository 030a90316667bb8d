"""The list of employees reads what it shows, however many there are."""

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from chassis.data.listing import COUNTED, Wanted
from chassis.data.searching import words_of
from chassis.process.ids import uuid7
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.models import Employee, EmployeeWord, Unit, db
from tests.builders.plans import Watched, watched
from tests.builders.service import let_go, one_service

pytestmark = pytest.mark.slow
FEW, MANY = 2_000, 20_000
GOLONGAN = ("II/c", "III/a", "III/b", "IV/a", None)
NAMES = ("Siti", "Ahmad", "Dewi", "Budi", "Ma'ruf", "Andini", "Bambang", "Citra")


@pytest.fixture(scope="module")
def at_size(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Watched]]:
    """Watch a page of a register of a size."""
    services = {
        size: one_service("identity", tmp_path_factory.mktemp(str(size))) for size in (FEW, MANY)
    }
    for size, service in services.items():
        with service.app.app_context(), in_region("demo"):
            _fill(size)

    def look(size: int, wanted: Wanted) -> Watched:
        with services[size].app.app_context(), in_region("demo"):
            return watched(db.engine, lambda: queries.employees(wanted))

    yield look
    for service in services.values():
        let_go(service.app)


def _fill(size: int) -> None:
    unit = Unit(id=uuid7(), code="dinas", name="Dinas Contoh", kind="opd", region="demo")
    people = [_person(number, unit.id) for number in range(size)]
    words = [
        {"row_id": person["id"], "word": word, "region": "demo"}
        for person in people
        for word in words_of(person["name"], person["nip"])
    ]
    with db.transaction() as session:
        session.add(unit)
        session.flush()
        session.execute(insert(Employee), people)
        session.execute(insert(EmployeeWord), words)


def _person(number: int, unit_id: UUID) -> dict[str, object]:
    return {
        "id": uuid7(),
        "nip": f"19900101{201001 + number % 12}1{number:03d}"[:12] + f"{number:06d}",
        "name": f"{NAMES[number % len(NAMES)]} Contoh {number:05d}",
        "kind": "pns",
        "birth_date": date(1990, 1, 1),
        "sex": "male",
        "golongan": GOLONGAN[number % len(GOLONGAN)],
        "unit_id": unit_id,
        "opd_id": unit_id,
        "region": "demo",
        "words_version": 1,
    }


def _deep(sort: str) -> str:
    """A cursor from the middle of the list."""
    order = queries.EMPLOYEES.orders[sort]
    from chassis.data.paging import Source, page_of

    return str(page_of(db.session(), [Source(select(Employee))], order, limit=1_500).next_cursor)


@pytest.mark.parametrize("sort", queries.EMPLOYEES.orders)
def test_every_order_reads_its_page_from_an_index(at_size, sort):
    seen = at_size(MANY, Wanted(sort=sort, count=0))

    assert seen.whole_tables == set()
    assert seen.sorted_apart == []


@pytest.mark.parametrize("sort", queries.EMPLOYEES.orders)
def test_ten_times_the_rows_are_no_more_work(at_size, sort):
    few, many = (at_size(size, Wanted(sort=sort, count=0)).steps for size in (FEW, MANY))

    assert many < 1.2 * few


def test_counting_stops_where_it_says(at_size):
    seen = at_size(MANY, Wanted())

    assert seen.whole_tables == set()
    assert COUNTED < MANY


def test_words_are_found_through_their_index(at_size):
    seen = at_size(MANY, Wanted(q="maruf 00012", count=0))

    assert seen.whole_tables == set()
