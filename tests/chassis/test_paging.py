"""Pages both ways: nothing left out, nothing twice, whatever the order and wherever it is empty."""

import base64
import json
import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from chassis.data.db import service_registry
from chassis.data.paging import Order, Source, page, page_of, total_of
from chassis.kernel.errors import Invalid
from chassis.process.ids import uuid7

START = datetime(2026, 11, 1, tzinfo=UTC)


class Base(DeclarativeBase):
    registry = service_registry()


class Row(Base):
    __tablename__ = "rows"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    queue: Mapped[str]
    at: Mapped[datetime]
    due: Mapped[date | None]


ORDERS = [
    Order((getattr(Row, column), Row.id), descending, f"{'-' * descending}{column}")
    for column in ("name", "at", "due")
    for descending in (False, True)
]
BY_NAME = Order((Row.name, Row.id), descending=False)


@pytest.fixture
def session():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    rng = random.Random(20261128)
    with Session(engine) as opened:
        opened.add_all(_row(rng) for _ in range(37))
        opened.flush()
        yield opened
    engine.dispose()


def _row(rng: random.Random) -> Row:
    return Row(
        id=uuid7(),
        name=rng.choice(["Ani", "Budi", "Citra", "Dewi"]),
        queue=rng.choice("ab"),
        at=START + timedelta(days=rng.randrange(5)),
        due=rng.choice([None, date(2026, 12, 1), date(2026, 12, 2)]),
    )


def expected(session: Session, order: Order) -> list[UUID]:
    """The same order, worked out in Python."""
    rows = list(session.scalars(select(Row)))
    filled = [row for row in rows if order.values_of(row)[0] is not None]
    empty = [row for row in rows if order.values_of(row)[0] is None]
    for part in (filled, empty):
        part.sort(
            key=lambda row: [str(value) for value in order.values_of(row)], reverse=order.descending
        )
    return [row.id for row in filled + empty]


def walk(session: Session, order: Order, limit: int, statements=None) -> list:
    statements = statements or [Source(select(Row))]
    pages, cursor = [], None
    while True:
        found = page_of(session, statements, order, limit=limit, cursor=cursor)
        pages.append(found)
        cursor = found.next_cursor
        if cursor is None:
            return pages


def ids(found) -> list[UUID]:
    return [row.id for row in found.items]


@pytest.mark.parametrize("limit", [1, 4, 36, 37, 50])
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_pages_onwards_hold_every_row_once_in_order(session, order, limit):
    pages = walk(session, order, limit)

    assert [row for found in pages for row in ids(found)] == expected(session, order)


@pytest.mark.parametrize("limit", [1, 4, 36])
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_going_back_shows_the_pages_that_were_left(session, order, limit):
    pages = walk(session, order, limit)

    for before, after in zip(pages[-2::-1], pages[:0:-1], strict=True):
        back = page_of(
            session, [Source(select(Row))], order, limit=limit, cursor=after.previous_cursor
        )
        assert ids(back) == ids(before)
        again = page_of(session, [Source(select(Row))], order, limit=limit, cursor=back.next_cursor)
        assert ids(again) == ids(after)
    assert pages[0].previous_cursor is None


@pytest.mark.parametrize("order", [o for o in ORDERS if "name" not in o.name], ids=lambda o: o.name)
def test_queues_read_apart_are_one_list_both_ways(session, order):
    queues = [Source(select(Row).where(Row.queue == queue)) for queue in "ab"]
    pages = walk(session, order, 5, [*queues, queues[0]])  # a row of two queues is shown once

    assert [row for found in pages for row in ids(found)] == expected(session, order)
    back = page_of(session, queues, order, limit=5, cursor=pages[3].previous_cursor)
    assert ids(back) == ids(pages[2])


def test_a_page_back_that_would_be_a_stump_is_the_first_page(session):
    second = walk(session, BY_NAME, 5)[1]
    session.delete(session.get(Row, expected(session, BY_NAME)[0]))
    session.flush()

    back = page_of(session, [Source(select(Row))], BY_NAME, limit=5, cursor=second.previous_cursor)

    assert ids(back) == expected(session, BY_NAME)[:5]
    assert back.previous_cursor is None


def test_a_last_page_that_became_empty_still_leads_back(session):
    pages = walk(session, BY_NAME, 36)
    session.delete(session.get(Row, ids(pages[1])[0]))
    session.flush()
    empty = page_of(session, [Source(select(Row))], BY_NAME, limit=36, cursor=pages[0].next_cursor)

    back = page_of(session, [Source(select(Row))], BY_NAME, limit=35, cursor=empty.previous_cursor)

    assert ids(empty) == []
    assert ids(back) == expected(session, BY_NAME)[:35]


def test_a_cursor_of_another_order_is_refused(session):
    of_name = page_of(session, [Source(select(Row))], ORDERS[0], limit=3).next_cursor

    for other in (*ORDERS[1:], BY_NAME):
        with pytest.raises(Invalid) as refused:
            page_of(session, [Source(select(Row))], other, limit=3, cursor=of_name)
        assert refused.value.errors[0].pointer == "/cursor"


def written(*values) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def test_cursors_of_the_previous_release_go_on_working_and_ours_work_there(session):
    first = page(session, Source(select(Row)), by=(Row.name, Row.id), limit=3, descending=False)
    last = first.items[-1]

    assert first.next_cursor == written(last.name, str(last.id))


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "é",
        written(),
        written({"a": 1}),
        written("Ani"),
        written(None, str(UUID(int=1))),
        written("A\x00", str(UUID(int=1))),
        written("\ud800", str(UUID(int=1))),
        written(3, str(UUID(int=1))),
        written("Ani", "no id"),
        written("Ani", str(UUID(int=1)), "", "sideways"),
        written("Ani", str(UUID(int=1)), "", "previous", ""),
    ],
)
def test_a_made_up_cursor_is_refused(session, cursor):
    with pytest.raises(Invalid):
        page_of(session, [Source(select(Row))], BY_NAME, limit=3, cursor=cursor)


def test_an_instant_without_a_zone_is_no_place(session):
    order = Order((Row.at, Row.id))

    with pytest.raises(Invalid):
        page_of(
            session,
            [Source(select(Row))],
            order,
            limit=3,
            cursor=written("2026-11-01", str(UUID(int=1))),
        )


@pytest.mark.parametrize(
    ("most", "counted"), [(100, (37, True)), (37, (37, True)), (36, (36, False))]
)
def test_a_total_is_exact_up_to_its_bound(session, most, counted):
    total = total_of(session, Source(select(Row)), Row.id, most)

    assert (total.count, total.exact) == counted
