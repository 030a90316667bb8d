"""The list of deliveries reads what it shows, however many there are."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from chassis.data.listing import Wanted
from chassis.data.searching import words_of
from chassis.process.ids import uuid7
from chassis.process.regions import in_region
from services.notification import queries
from services.notification.models import Delivery, Employee, EmployeeWord, Notice, db
from tests.builders.plans import Watched, watched
from tests.builders.service import let_go, one_service

pytestmark = pytest.mark.slow
FEW, MANY = 2_000, 20_000
START = datetime(2026, 1, 1, tzinfo=UTC)
PER_PERSON = 20


@pytest.fixture(scope="module")
def at_size(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int, Wanted], Watched]]:
    """Watch a page of a list of a size."""
    services = {
        size: one_service("notification", tmp_path_factory.mktemp(str(size)))
        for size in (FEW, MANY)
    }
    for size, service in services.items():
        with service.app.app_context(), in_region("demo"):
            _fill(size)

    def look(size: int, wanted: Wanted) -> Watched:
        with services[size].app.app_context(), in_region("demo"):
            return watched(db.engine, lambda: queries.deliveries(wanted))

    yield look
    for service in services.values():
        let_go(service.app)


def _fill(size: int) -> None:
    people = [_person(number) for number in range(size // PER_PERSON)]
    notices = [_notice(number, people[number % len(people)]) for number in range(size)]
    words = [
        {"row_id": person["id"], "word": word, "region": "demo"}
        for person in people
        for word in words_of(person["name"])
    ]
    deliveries = [_delivery(number, notice) for number, notice in enumerate(notices)]
    with db.transaction() as session:
        for table, rows in (
            (Employee, people),
            (EmployeeWord, words),
            (Notice, notices),
            (Delivery, deliveries),
        ):
            session.execute(insert(table), rows)


def _person(number: int) -> dict[str, Any]:
    state = {"version": 1, "words_version": 1, "active": True, "region": "demo"}
    return {"id": uuid7(), "name": f"Contoh Nama{number:05d}", **state}


def _notice(number: int, person: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "event_id": uuid7(),
        "event_type": "file.moved.v1",
        "subject": f"file/{number}",
        "service": "files",
        "rule": "file_moved",
        "recipient_id": person["id"],
        "in_app": True,
        "channels": ["email"],
        "texts": {},
        "sender": "BKPSDM",
        "happened_at": START,
        "created_at": START + timedelta(minutes=number),
        "region": "demo",
    }


def _delivery(number: int, notice: dict[str, Any]) -> dict[str, Any]:
    state = queries.STATES[number % len(queries.STATES)]
    if state == "sending" and number % 100 >= len(queries.STATES):
        state = "sent"  # few are under way at once
    return {
        "id": uuid7(),
        "notice_id": notice["id"],
        "channel": "email",
        "state": state,
        "created_at": notice["created_at"],
        "due_at": notice["created_at"],
        "region": "demo",
    }


@pytest.mark.parametrize("sort", queries.DELIVERIES.orders)
def test_every_order_reads_its_page_from_an_index(at_size, sort):
    seen = at_size(MANY, Wanted(sort=sort, count=0))

    assert seen.whole_tables == set()
    assert [s for s in seen.sorted_apart if "FROM deliveries" in s] == []


ASKED = [
    *({"sort": sort} for sort in queries.DELIVERIES.orders),
    {"filters": {"state": "failed"}},
    {"filters": {"subject": "file/77"}},
    {"q": "nama00042"},
]


@pytest.mark.parametrize("wanted", ASKED, ids=str)
def test_ten_times_the_rows_are_no_more_work(at_size, wanted):
    few, many = (at_size(size, Wanted(**wanted, count=0)).steps for size in (FEW, MANY))

    assert many < 1.2 * few
