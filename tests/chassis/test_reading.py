"""A kept question reads what the ORM would read: the bound region's rows, as they are now."""

import gc

import pytest
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from chassis.data import reading
from chassis.data.paging import Source, page
from chassis.data.reading import Reading
from chassis.process.regions import RegionNotBound, all_regions, in_region
from tests.builders.letters.models import Letter, db

OTHER = aliased(Letter)
TEXTS = Reading(select(Letter.text).order_by(Letter.text))
WITH_TEXT = Reading(select(Letter.id, Letter.text).where(Letter.text == bindparam("text")))
QUESTIONS = {
    "column": TEXTS,
    "alias": Reading(select(OTHER.text).order_by(OTHER.text)),
    "join": Reading(select(Letter.text).join(OTHER, OTHER.text != Letter.text)),
    "inside": Reading(select(Letter.text).where(Letter.id.in_(select(OTHER.id)))),
    "within": Reading(select(select(func.max(Letter.text)).scalar_subquery().label("text"))),
    "below": Reading(select(select(Letter.text).subquery())),
}


@pytest.fixture
def two_regions(letters):
    with letters.app.app_context():
        for region in ("north", "south"):
            with in_region(region), db.transaction() as session:
                session.add(Letter(text=region))
        yield


@pytest.mark.parametrize("shape", QUESTIONS)
def test_only_rows_of_the_bound_region_are_read(two_regions, shape):
    expected = set() if shape == "join" else {"north"}
    with in_region("north"):
        assert {row.text for row in QUESTIONS[shape].rows(db.session)} == expected


@pytest.mark.parametrize("shape", QUESTIONS)
def test_without_a_region_nothing_is_read(two_regions, shape):
    with pytest.raises(RegionNotBound):
        QUESTIONS[shape].rows(db.session)


def test_one_question_serves_every_region_and_all_of_them(two_regions):
    for region in ("north", "south", "north"):
        with in_region(region):
            assert TEXTS.value(db.session) == region
    with all_regions():
        assert [row.text for row in TEXTS.rows(db.session)] == ["north", "south"]


def test_the_region_is_not_one_of_the_values_of_who_asks(two_regions):
    with in_region("north"):
        assert WITH_TEXT.first(db.session, text="south", bound_region="south") is None


def test_what_the_open_transaction_has_changed_is_read(two_regions):
    with in_region("north"), db.transaction() as session:
        session.add(Letter(text="new"))
        assert WITH_TEXT.first(session, text="new").text == "new"
        session.scalars(select(Letter).where(Letter.text == "new")).one().change(text="newer")
        assert WITH_TEXT.first(session, text="new") is None


def test_a_row_cannot_be_changed(two_regions):
    with in_region("north"):
        row = TEXTS.first(db.session)
    with pytest.raises(AttributeError):
        row.text = "otherwise"


def test_a_statement_that_stays_is_made_once_and_one_of_the_occasion_goes_with_it(two_regions):
    stays = Source(select(Letter.id, Letter.text).where(Letter.text == bindparam("text")))
    gc.collect()
    before = len(reading._derived)

    with in_region("north"):
        for text in ("north", "south"):
            source = Source(stays.statement, {"text": text})
            page(db.session(), source, by=(Letter.id,), limit=5)
            page(db.session(), Source(select(Letter)), by=(Letter.id,), limit=5)
    gc.collect()

    assert len(reading._derived) == before + 1
    assert len(reading._derived[stays.statement]) == 1
