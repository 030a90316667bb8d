"""A kept change writes what the ORM would write: into the bound region, and nowhere else."""

import pytest
from sqlalchemy import bindparam, delete, insert, select, update

from chassis.data.db import TransactionBroken
from chassis.data.writing import Writing, add_rows
from chassis.process.ids import uuid7
from chassis.process.regions import RegionNotBound, WrongRegion, all_regions, in_region
from tests.builders.letters.models import Heard, Letter, db
from tests.builders.statements import statements_of

ADDED = Writing(insert(Letter))
MARKED = Writing(update(Letter).where(Letter.text == bindparam("was")))
REMOVED = Writing(delete(Letter).where(Letter.text != bindparam("kept")))


def _once(made):
    return made(Letter).on_conflict_do_nothing(index_elements=["id"])


def _or_again(made):
    row = made(Letter)
    again = {"text": row.excluded.text, "version": Letter.version + row.excluded.version}
    return row.on_conflict_do_update(index_elements=["id"], set_=again).returning(Letter.version)


ONCE, OR_AGAIN = Writing(_once), Writing(_or_again)


@pytest.fixture
def two_regions(letters):
    with letters.app.app_context():
        for region in ("north", "south"):
            with in_region(region), db.transaction() as session:
                session.add(Letter(text="old"))
        yield letters


def texts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with all_regions():
        rows = db.session.execute(select(Letter.region, Letter.text).order_by(Letter.text))
        for region, text in rows:
            found.setdefault(region, []).append(text)
    return found


def test_a_new_row_belongs_to_the_bound_region(two_regions):
    with in_region("north"), db.transaction() as session:
        assert ADDED.run(session, text="new") == 1

    assert texts() == {"north": ["new", "old"], "south": ["old"]}


def test_a_row_of_another_region_is_not_written(two_regions):
    with in_region("north"), db.transaction() as session, pytest.raises(WrongRegion):
        ADDED.run(session, text="new", region="south")


def test_in_all_regions_a_new_row_says_which_one_is_its(two_regions):
    with all_regions(), db.transaction() as session:
        ADDED.run(session, text="new", region="south")
        with pytest.raises(RegionNotBound):
            ADDED.run(session, text="nowhere")

    assert texts() == {"north": ["old"], "south": ["new", "old"]}


@pytest.mark.parametrize(
    ("change", "values", "left"),
    [(MARKED, {"was": "old", "text": "new"}, ["new"]), (REMOVED, {"kept": "none"}, None)],
)
def test_only_rows_of_the_bound_region_are_changed(two_regions, change, values, left):
    with in_region("north"), db.transaction() as session:
        assert change.run(session, **values) == 1

    assert texts() == ({"north": left} if left else {}) | {"south": ["old"]}


def test_in_all_regions_rows_of_every_one_are_changed(two_regions):
    with all_regions(), db.transaction() as session:
        assert MARKED.run(session, was="old", text="new") == 2

    assert texts() == {"north": ["new"], "south": ["new"]}


@pytest.mark.parametrize("writing", [ADDED, MARKED, REMOVED, ONCE])
def test_without_a_region_nothing_is_written(two_regions, writing):
    with db.transaction() as session, pytest.raises(RegionNotBound):
        writing.run(session, was="old", text="new", kept="none")


def test_outside_a_transaction_nothing_is_written(two_regions):
    with in_region("north"), pytest.raises(TransactionBroken):
        ADDED.run(db.session(), text="new")


def test_the_region_is_not_one_of_the_values_of_who_writes(two_regions):
    with in_region("north"), db.transaction() as session:
        MARKED.run(session, was="old", text="new", bound_region="south")

    assert texts() == {"north": ["new"], "south": ["old"]}


def test_several_rows_are_one_statement_and_no_row_is_none(two_regions):
    with statements_of(two_regions) as statements:
        with in_region("north"), db.transaction() as session:
            ADDED.run_each(session, [{"text": text} for text in ("one", "two", "three")])
            ADDED.run_each(session, [])

    assert len(statements) == 1
    assert texts()["north"] == ["old", "one", "three", "two"]


def test_what_is_there_already_can_be_left_or_counted_on(two_regions):
    row = {"id": uuid7(), "text": "first"}
    with in_region("north"), db.transaction() as session:
        assert [ONCE.run(session, **row), ONCE.run(session, **row)] == [1, 0]
        assert OR_AGAIN.value(session, **row | {"text": "second"}, version=4) == 5

    assert texts()["north"] == ["old", "second"]


def test_what_the_transaction_did_before_comes_first(two_regions):
    with in_region("north"), db.transaction() as session:
        session.add(Letter(text="just now"))
        assert MARKED.run(session, was="just now", text="marked") == 1


def test_rows_that_are_added_get_what_they_say_nothing_of(two_regions):
    row = Heard(letter_id="1", text="heard", version=1)
    with in_region("north"), db.transaction() as session:
        add_rows(session, row)
        assert row not in session

    assert row.region == "north"
    with in_region("north"):
        stored = db.session.scalars(select(Heard)).one()
    assert (stored.id, stored.text) == (row.id, "heard")


def test_rows_that_say_different_things_keep_what_they_say(two_regions):
    with in_region("north"), db.transaction() as session:
        add_rows(session, Letter(text="asked"), Letter(text="told", answer="yes"))

    with in_region("north"):
        told = db.session.scalars(select(Letter.answer).where(Letter.text.in_(["asked", "told"])))
        assert set(told) == {None, "yes"}


def test_a_row_of_another_region_is_not_added(two_regions):
    with in_region("north"), db.transaction() as session, pytest.raises(WrongRegion):
        add_rows(session, Letter(text="new", region="south"))
