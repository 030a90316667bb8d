"""What a request of a person asks first is asked once, and asked again where it may have changed."""

from uuid import uuid4

import pytest
from sqlalchemy import bindparam, select

from chassis.data.opening import Opening
from chassis.process.regions import RegionNotBound, in_region
from tests.builders.letters.models import Letter, db
from tests.builders.statements import statements_of


@pytest.fixture
def opening(letters):
    with letters.app.app_context():
        opened = Opening(db)
        opened.add("text", select(Letter.text).where(Letter.id == bindparam("letter")))
        opened.add("version", select(Letter.version).where(Letter.id == bindparam("letter")))
        yield opened


@pytest.fixture
def letter(opening):
    with in_region("north"), db.transaction() as session:
        written = Letter(text="from the north")
        session.add(written)
    return written.id


def test_one_statement_answers_all_questions(letters, opening, letter):
    with in_region("north"), statements_of(letters) as statements:
        opening.ask(letter=letter)

        assert opening.told("text", letter=letter) == "from the north"
        assert opening.told("version", letter=letter) == 1
    assert len(statements) == 1


def test_there_may_be_no_answer(opening):
    with in_region("north"):
        opening.ask(letter=uuid4())

        assert opening.told("text", letter=uuid4()) is None


def test_another_region_is_told_nothing_of_it(opening, letter):
    with in_region("north"):
        opening.ask(letter=letter)
    with in_region("south"):
        assert opening.told("text", letter=letter) is None

        opening.ask(letter=letter)
        assert opening.told("text", letter=letter) is None


def test_no_region_is_a_mistake(opening, letter):
    with pytest.raises(RegionNotBound):
        opening.ask(letter=letter)


def test_of_somebody_else_it_is_asked_apart(opening, letter):
    with in_region("north"):
        opening.ask(letter=uuid4())

        assert opening.told("text", letter=letter) == "from the north"


@pytest.mark.parametrize("is_over", [False, True])
def test_a_change_is_seen_while_it_is_made_and_afterwards(opening, letter, is_over):
    with in_region("north"):
        opening.ask(letter=letter)
        with db.transaction() as session:
            session.get_one(Letter, letter).change(text="changed")
            told = opening.told("text", letter=letter)
        if is_over:
            told = opening.told("text", letter=letter)

    assert told == "changed"


def test_what_is_forgotten_is_asked_again(letters, opening, letter):
    with in_region("north"):
        opening.ask(letter=letter)
        opening.forget()
        with statements_of(letters) as statements:
            assert opening.told("version", letter=letter) == 1
    assert len(statements) == 1
