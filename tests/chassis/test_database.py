"""One way to commit, and the region on every row."""

import threading
import time
from collections import Counter
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import InternalError

from chassis.data.db import TransactionBroken
from chassis.data.versioned import Stale
from chassis.http.problems import is_outage
from chassis.process.regions import RegionNotBound, WrongRegion, all_regions, in_region
from tests.builders.beside import BESIDE
from tests.builders.letters.models import Letter, db


@pytest.fixture
def app(letters):
    with letters.app.app_context():
        yield letters.app


@pytest.fixture
def two_regions(app):
    for region in ("north", "south"):
        with in_region(region), db.transaction() as session:
            session.add(Letter(text=region))


def texts() -> list[str]:
    return sorted(db.session.scalars(select(Letter.text)))


def test_a_hundred_officers_race_and_one_wins(app):
    with in_region("demo"), db.transaction() as session:
        session.add(Letter(text="undecided"))
    outcome: Counter[str] = Counter()
    start = threading.Barrier(100)

    def decide(number: int) -> None:
        with app.app_context(), in_region("demo"):
            seen = {db.session.scalars(select(Letter)).one().version}
            start.wait(30)
            try:
                with db.transaction() as session:
                    letter = session.scalars(select(Letter)).one()
                    letter.check_seen(seen)
                    letter.change(text=str(number))
                outcome["won"] += 1
            except Stale:
                outcome["lost"] += 1

    officers = [threading.Thread(target=decide, args=(number,)) for number in range(100)]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join(60)

    assert outcome == {"won": 1, "lost": 99}


def test_no_increment_is_lost_when_many_read_and_write(app):
    with in_region("demo"), db.transaction() as session:
        session.add(Letter(text="0"))

    def count() -> None:
        for _ in range(40):
            with app.app_context(), in_region("demo"), db.transaction() as session:
                letter = session.scalars(select(Letter)).one()
                letter.change(text=str(int(letter.text) + 1))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    with in_region("demo"):
        letter = db.session.scalars(select(Letter)).one()
        assert (letter.text, letter.version) == ("320", 321)


def test_a_reader_does_not_wait_for_a_writer(app):
    def read() -> None:
        with app.app_context(), in_region("demo"):
            texts()
        done.set()

    done = threading.Event()
    with in_region("demo"), db.transaction() as session:
        session.add(Letter(text="not yet there"))
        session.flush()
        started = time.monotonic()
        threading.Thread(target=read).start()

        assert done.wait(10 + BESIDE)
        assert time.monotonic() - started < 5 + BESIDE


def test_a_block_inside_another_joins_it(app):
    with in_region("demo"):
        with pytest.raises(RuntimeError), db.transaction():
            _write("inner")
            raise RuntimeError

        assert texts() == []


def _write(text: str) -> None:
    with db.transaction() as session:
        session.add(Letter(text=text))


def _fail() -> None:
    with db.transaction() as session:
        session.add(Letter(text="half"))
        session.flush()
        raise RuntimeError


def _swallow_a_failure() -> None:
    with db.transaction():
        with pytest.raises(RuntimeError):
            _fail()


def test_a_swallowed_failure_inside_does_not_let_half_of_it_through(app):
    with in_region("demo"):
        with pytest.raises(TransactionBroken):
            _swallow_a_failure()

        assert texts() == []
        _write("and the next one works")
        assert texts() == ["and the next one works"]


def test_an_attempt_that_fails_is_undone_alone(app):
    with in_region("demo"):
        with db.transaction():
            _write("before")
            with pytest.raises(RuntimeError), db.attempt():
                _write("tried")
                _fail()
            with db.attempt():
                _write("after")

        assert texts() == ["after", "before"]


def test_what_an_attempt_changed_in_memory_is_read_again(app):
    with in_region("demo"):
        with db.transaction() as session:
            letter = Letter(text="first")
            session.add(letter)
            session.flush()
            with pytest.raises(RuntimeError), db.attempt():
                letter.change(text="tried")
                raise RuntimeError
            assert (letter.text, letter.version) == ("first", 1)
            letter.change(text="second")

        assert texts() == ["second"]


def test_an_attempt_does_not_heal_what_failed_before_it(app):
    with in_region("demo"):
        with pytest.raises(TransactionBroken), db.transaction():
            with pytest.raises(RuntimeError):
                _fail()
            with pytest.raises(RuntimeError), db.attempt():
                raise RuntimeError

        assert texts() == []


def test_what_waits_for_the_commit_is_not_called_without_one(app):
    called: list[str] = []
    with in_region("demo"):
        with pytest.raises(RuntimeError), db.transaction():
            db.after_commit(lambda: called.append("never"))
            raise RuntimeError
        with db.transaction():
            db.after_commit(lambda: called.append("once"))
            assert called == []

    assert called == ["once"]


@pytest.mark.parametrize(
    "touch",
    [
        lambda: db.session.scalars(select(Letter)).all(),
        lambda: db.session.scalar(select(func.count(Letter.id))),
        lambda: db.session.scalar(select(func.count()).select_from(Letter)),
        lambda: db.session.scalars(select(Letter.text).where(Letter.version == 1)).all(),
        lambda: db.session.get(Letter, uuid4()),
        lambda: db.session.execute(update(Letter).values(version=2)),
        lambda: db.session.execute(delete(Letter)),
        lambda: _write("regionless"),
    ],
)
def test_without_a_region_nothing_can_be_touched(app, touch):
    with pytest.raises(RegionNotBound):
        touch()


def test_a_region_sees_and_changes_only_its_own_rows(two_regions):
    with in_region("north"):
        assert texts() == ["north"]
        with db.transaction() as session:
            assert session.execute(update(Letter).values(text="changed")).rowcount == 1
            assert session.execute(delete(Letter)).rowcount == 1
    with all_regions():
        assert texts() == ["south"]


def test_aliases_and_subqueries_are_filtered_too(two_regions):
    from sqlalchemy.orm import aliased

    other = aliased(Letter)
    with in_region("north"):
        everyone = select(func.count()).select_from(Letter).join(other, other.id != Letter.id)
        inside = select(Letter.text).where(Letter.id.in_(select(other.id)))

        assert db.session.scalar(everyone) == 0
        assert list(db.session.scalars(inside)) == ["north"]


def test_a_row_cannot_be_written_into_another_region(two_regions):
    with in_region("north"):
        with pytest.raises(WrongRegion), db.transaction() as session:
            session.add(Letter(region="south", text="smuggled"))
        with pytest.raises(WrongRegion), db.transaction() as session:
            session.execute(insert(Letter), [{"region": "south", "text": "smuggled"}])
    with all_regions():
        southern = db.session.scalars(select(Letter).where(Letter.region == "south")).one()
    with in_region("north"), pytest.raises(WrongRegion), db.transaction():
        southern.text = "changed from the north"
        db.session.flush()

    with all_regions():
        db.session.rollback()
        assert texts() == ["north", "south"]


class _FromTheServer(Exception):
    def __init__(self, sqlstate):
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "away"), [("53100", True), ("58030", True), ("XX000", True), ("22003", False)]
)
def test_what_is_the_servers_own_trouble_is_an_outage_and_a_bad_value_is_not(sqlstate, away):
    error = InternalError("INSERT", {}, _FromTheServer(sqlstate))

    assert is_outage(error) is away
