"""The checker itself: steps and events. Clean books are clean, each class is found where it is."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.faults.books import Heard, Mail, Recorded
from tests.faults.clean import (
    SUBMITTED,
    TOLD,
    clean_books,
    clean_ledger,
    forget,
    found,
    without_receipt,
)
from tests.faults.judging import judge
from tests.faults.ledger import Ledger
from tests.faults.verdict import CLASSES


@pytest.fixture
def ledger(tmp_path):
    with clean_ledger(tmp_path) as written:
        yield written


@pytest.fixture
def books():
    return clean_books()


def test_what_was_promised_and_happened_is_clean(ledger, books):
    verdict = judge(ledger, books, backlog={}, sender_crashes=0)

    assert verdict.wrong() == []
    assert all(verdict.counts[kind] == 0 for kind in CLASSES)
    assert verdict.figures["operations acknowledged"] == 4


def test_an_acknowledged_step_without_trace_is_lost(ledger, books):
    forget(books, "e1")
    without_receipt(books)
    books.history = []

    assert found(ledger, books) == ["lost"]


def test_an_acknowledged_draft_without_trace_is_lost(ledger, books):
    books.versions = {}

    assert found(ledger, books) == ["lost"]


def test_more_drafts_than_anybody_asked_for_are_duplicates(ledger, books):
    books.versions["p2"] = 1

    assert found(ledger, books) == ["duplicate"]


def test_a_step_taken_twice_is_a_duplicate(ledger, books):
    books.history.append(("p1", "submit", 6))
    books.events.append(replace(SUBMITTED, id="e2", version=6, position=8, published=False))

    assert found(ledger, books) == ["duplicate"]


def test_a_step_nobody_asked_for_is_a_ghost(ledger, books):
    books.history.append(("p2", "reject", 3))
    books.events.append(
        replace(SUBMITTED, id="e2", subject="proposal/p2", version=3, position=8, published=False)
    )

    assert found(ledger, books) == ["ghost"]


def test_a_step_that_happened_without_an_answer_is_recovered_and_allowed(ledger, books):
    ledger.operations["k1"].answer = None
    verdict = judge(ledger, books, backlog={}, sender_crashes=0)

    assert (verdict.wrong(), verdict.counts["recovered"]) == ([], 1)


def test_a_step_without_its_event_is_torn(ledger, books):
    forget(books, "e1")

    assert found(ledger, books) == ["torn"]


def test_an_event_without_its_step_is_torn(ledger, books):
    books.events.append(
        replace(SUBMITTED, id="e2", subject="proposal/p9", position=8, published=False)
    )

    assert found(ledger, books) == ["torn"]


def test_two_events_in_one_position_are_a_duplicate(ledger, books):
    books.events.append(
        Recorded(
            "e2", "proposal", "other.v1", "other/1", 7, published=True, unrouted=False, version=1
        )
    )

    assert found(ledger, books) == ["duplicate"]


def test_a_published_event_that_a_hearer_never_got_is_lost(ledger, books):
    books.heard = [row for row in books.heard if row.hearer != "notification"]
    books.notices.clear()
    books.due.clear()

    assert found(ledger, books) == ["lost"]


def test_one_that_the_system_knows_to_be_unheard_is_unrouted(ledger, books):
    forget(books, "e1")
    books.events.append(replace(SUBMITTED, unrouted=True))

    assert found(ledger, books) == ["unrouted"]


@pytest.mark.parametrize("again", ["inbox", "effect", "notice"])
def test_an_event_handled_twice_is_a_duplicate(ledger, books, again):
    if again == "inbox":
        books.heard.append(Heard("notification", "e1", "done", None))
    elif again == "effect":
        books.effects.append(("e1", "proposal/p1", 5))
        books.rings["e1"] += 1
    else:
        books.notices["n2"], books.mails["n2"] = TOLD, Mail("pending")

    assert found(ledger, books) == ["duplicate"]


def test_an_event_nobody_recorded_is_a_ghost_when_it_is_handled(ledger, books):
    books.heard.append(Heard("notification", "unknown", "done", None))

    assert found(ledger, books) == ["ghost"]


def test_handled_without_its_effect_is_torn(ledger, books):
    books.effects, books.rings = [], Counter()

    assert found(ledger, books) == ["torn"]


@pytest.mark.parametrize(("rung", "wrong"), [(0, "lost"), (2, "duplicate")])
def test_a_timer_that_does_not_ring_exactly_once_is_found(ledger, books, rung, wrong):
    books.rings["e1"] = rung

    assert found(ledger, books) == [wrong]


@pytest.mark.parametrize(("done", "wrong"), [([1, 3], "lost"), ([1, 2, 2, 3], "duplicate")])
def test_a_job_of_which_a_part_is_missing_or_done_again_is_found(ledger, books, done, wrong):
    books.walks["j1"] = done

    assert found(ledger, books) == [wrong]


def test_an_earlier_version_after_a_later_one_is_reordered(ledger, books):
    books.effects = [("e1", "proposal/p1", 5), ("e0", "proposal/p1", 4)]

    assert found(ledger, books) == ["reordered"]


def test_an_event_given_up_is_parked(ledger, books):
    books.heard = [replace(row, status="parked", error="no") for row in books.heard]

    assert found(ledger, books) == ["parked"]


def test_what_is_under_way_when_time_is_up_is_stuck(ledger, books):
    verdict = judge(ledger, books, backlog={"events to handle": 3}, sender_crashes=0)

    assert verdict.counts["stuck"] == 3
    assert verdict.wrong() == ["stuck"]


def test_a_refusal_of_something_right_is_counted(ledger, books):
    ledger.refused("k1", 500, "internal")

    assert found(ledger, books) == ["refused"]


def test_a_clerk_still_at_work_when_the_books_are_closed_ends_without_a_word(tmp_path):
    with Ledger(tmp_path / "ledger.jsonl") as closed:
        pass

    with pytest.raises(SystemExit):
        closed.attempt("k9", "draft", "")
