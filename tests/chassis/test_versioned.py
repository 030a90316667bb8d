"""The seam *lock*: one way to change a row, and one winner."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from chassis.data.versioned import ChangedOtherwise, Stale, change_each
from chassis.kernel.errors import Refused
from chassis.process.regions import in_region
from tests.builders.letters.models import Letter, db
from tests.builders.service import Service


class AlreadySent(Refused):
    code = "already_sent"


@pytest.fixture
def letter(letters: Service) -> Iterator[Letter]:
    with letters.app.app_context(), in_region("demo"), db.transaction() as session:
        session.add(Letter(text="draft"))
        session.flush()
        yield session.scalars(select(Letter)).one()


def stored(letter: Letter) -> tuple[str, int]:
    row = db.session.execute(select(Letter.text, Letter.version)).one()
    return row.text, row.version


def test_a_change_raises_the_version_by_one_in_the_table_and_in_hand(letter):
    letter.change(text="sent")

    assert stored(letter) == ("sent", 2) == (letter.text, letter.version)


def test_what_changes_nothing_keeps_its_version_where_that_is_wanted(letter):
    assert not letter.change_if_different(text="draft")
    assert stored(letter) == ("draft", 1)

    assert letter.change_if_different(text="sent")
    assert stored(letter) == ("sent", 2)


def test_whoever_read_an_older_version_is_too_late(letter):
    set_committed_value(letter, "version", 0)

    with pytest.raises(Stale):
        letter.change(text="sent")
    assert stored(letter) == ("draft", 1)


def test_many_rows_are_changed_each_as_if_it_were_alone(letter):
    other = Letter(text="other")
    db.session.add(other)
    db.session.flush()

    change_each(db.session(), [(letter, {"text": "sent"}), (other, {"text": "kept"})])

    rows = db.session.execute(select(Letter.text, Letter.version).order_by(Letter.id)).all()
    assert rows == [("sent", 2), ("kept", 2)]
    assert [(row.text, row.version) for row in (letter, other)] == rows


def test_of_many_rows_one_that_was_changed_since_stops_all(letter):
    other = Letter(text="other")
    db.session.add(other)
    db.session.flush()
    set_committed_value(other, "version", 0)

    with pytest.raises(Stale), db.attempt():
        change_each(db.session(), [(letter, {"text": "sent"}), (other, {"text": "kept"})])
    assert (letter.text, letter.version) == ("draft", 1)


def test_whoever_read_another_status_is_told_what_the_table_says_of_it(letter, monkeypatch):
    monkeypatch.setattr(Letter, "status_column", "text")
    monkeypatch.setattr(Letter, "overtaken", AlreadySent)
    set_committed_value(letter, "text", "something else")

    with pytest.raises(AlreadySent):
        letter.change(text="sent")
    assert stored(letter) == ("draft", 1)


def test_a_status_may_be_one_that_is_still_to_be_given(letter, monkeypatch):
    monkeypatch.setattr(Letter, "status_column", "answer")

    letter.change(answer="yes")

    assert letter.answer == "yes"
    assert stored(letter) == ("draft", 2)
    letter.change(text="sent")
    set_committed_value(letter, "answer", None)
    with pytest.raises(Stale):
        letter.change(text="kept")


@pytest.mark.parametrize(("seen", "good"), [({1}, True), ({1, 7}, True), ({2}, False), ((), False)])
def test_a_version_must_be_one_that_was_seen(letter, seen, good):
    if good:
        letter.check_seen(seen)
        return
    with pytest.raises(Stale):
        letter.check_seen(seen)


def test_a_versioned_row_is_not_changed_by_assignment(letter):
    letter.text = "by hand"

    with pytest.raises(ChangedOtherwise):
        db.session.flush()
    db.session.rollback()
