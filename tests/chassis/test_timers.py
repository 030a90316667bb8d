"""What is set for a time happens once, late rather than never, and not when it was cancelled."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from chassis.events.outbox import NotInTransaction
from chassis.http.peers import PeerUnavailable
from chassis.process.clock import now
from chassis.process.regions import current_region, in_region
from chassis.run import timers
from chassis.run.asking import Asking
from chassis.run.timers import (
    Timer,
    TimerLoop,
    TimerUnknown,
    cancel_timers,
    is_set,
    set_timer,
)
from tests.builders.letters.models import Letter, db
from tests.builders.service import Service

DAY = timedelta(days=1)
ANSWER = "letters.answer"


@pytest.fixture
def rung(letters: Service) -> list[Timer]:
    """The timers that came due; each leaves a letter too."""
    due: list[Timer] = []

    def ring(timer: Timer) -> None:
        due.append(timer)
        with db.transaction() as session:
            session.add(Letter(text=f"{timer.subject} in {current_region()}"))

    letters.runtime.timers = {ANSWER: ring}
    return due


def set_for_tomorrow(letters: Service, subject: str = "letter/1", **data) -> None:
    with letters.app.app_context(), in_region("demo"), db.transaction():
        set_timer(ANSWER, subject, now() + DAY, **data)


def run(letters: Service, worker: str = "a", *, after: timedelta = DAY) -> bool:
    with time_machine.travel(now() + after, tick=False), letters.app.app_context():
        return TimerLoop(letters.runtime, worker).run()


def rows(letters: Service) -> list:
    table = db.plumbing.timers
    with letters.app.app_context():
        return list(db.session.execute(select(table)))


def written(letters: Service) -> list[str]:
    with letters.app.app_context(), in_region("demo"):
        return list(db.session.scalars(select(Letter.text)))


def test_a_timer_rings_when_it_is_due_once_in_its_region(letters, rung):
    set_for_tomorrow(letters, days=1)

    assert not run(letters, after=DAY - timedelta(seconds=1))
    assert run(letters)
    assert not run(letters, after=2 * DAY)
    [timer] = rung
    assert (timer.kind, timer.subject, timer.data) == (ANSWER, "letter/1", {"days": 1})
    assert written(letters) == ["letter/1 in demo"]


def test_a_timer_that_came_due_while_nobody_worked_is_late_and_not_lost(letters, rung):
    set_for_tomorrow(letters)

    run(letters, after=30 * DAY)

    assert len(rung) == 1


def test_a_cancelled_timer_never_rings_and_another_subjects_does(letters, rung):
    set_for_tomorrow(letters, "letter/1")
    set_for_tomorrow(letters, "letter/10")
    with letters.app.app_context(), in_region("demo"), db.transaction():
        cancel_timers("letter/1")

    run(letters)

    assert [timer.subject for timer in rung] == ["letter/10"]


def test_another_regions_timer_of_the_same_subject_stays(letters, rung):
    set_for_tomorrow(letters)
    with letters.app.app_context(), in_region("other"), db.transaction():
        cancel_timers("letter/1")

    run(letters)

    assert len(rung) == 1


def test_what_is_rolled_back_set_no_timer(letters, rung):
    with pytest.raises(ZeroDivisionError), letters.app.app_context(), in_region("demo"):
        with db.transaction():
            set_timer(ANSWER, "letter/1", now())
            raise ZeroDivisionError

    assert rows(letters) == []


def test_outside_a_transaction_and_for_an_unknown_kind_it_is_refused(letters, rung):
    with letters.app.app_context(), in_region("demo"):
        with pytest.raises(NotInTransaction):
            set_timer(ANSWER, "letter/1", now())
        with pytest.raises(NotInTransaction):
            cancel_timers("letter/1")
        with pytest.raises(TimerUnknown), db.transaction():
            set_timer("letters.other", "letter/1", now())


def test_what_one_worker_has_in_hand_or_has_done_another_leaves_alone(letters, rung):
    set_for_tomorrow(letters)
    first, second = TimerLoop(letters.runtime, "a"), TimerLoop(letters.runtime, "b")
    [seen] = rows(letters)
    with time_machine.travel(now() + DAY, tick=False), letters.app.app_context():
        assert first._claims.claim(seen)
        assert not second.run()
        assert first.run()
        assert not second._claims.claim(seen), "though it saw it waiting"

    assert len(rung) == 1


def test_a_claim_of_a_worker_that_died_is_taken_over_when_it_has_run_out(letters, rung):
    set_for_tomorrow(letters)
    table = db.plumbing.timers
    with letters.app.app_context(), db.transaction() as session:
        died_at = now() + DAY
        claim = {"claimed_by": "dead", "claimed_until": died_at + timedelta(seconds=60)}
        session.execute(table.update().values(claim))

    run(letters, after=DAY + timedelta(seconds=30))
    assert not rung
    run(letters, after=DAY + timedelta(seconds=90))
    assert len(rung) == 1


def test_an_effect_that_fails_leaves_nothing_is_tried_again_and_then_parked(letters, rung):
    set_for_tomorrow(letters)
    ring = letters.runtime.timers[ANSWER]

    def fail(timer: Timer) -> None:
        ring(timer)
        raise ZeroDivisionError

    letters.runtime.timers = {ANSWER: fail}
    turns = [run(letters) for _ in range(4)]

    assert turns == [True, True, True, False]
    [row] = rows(letters)
    assert (row.status, row.attempts, row.error) == ("parked", 3, "ZeroDivisionError: ")
    assert written(letters) == []


def test_what_is_cancelled_while_its_effect_fails_is_not_tried_again(letters, rung, monkeypatch):
    set_for_tomorrow(letters)
    failed = TimerLoop._failed

    def cancelled_first(*told) -> None:
        with in_region("demo"), db.transaction():
            cancel_timers("letter/1")
        failed(*told)

    monkeypatch.setattr(TimerLoop, "_failed", cancelled_first)
    letters.runtime.timers = {ANSWER: lambda _timer: 1 / 0}
    run(letters)

    assert [row.status for row in rows(letters)] == ["cancelled"]


def test_what_was_parked_is_listed_and_tried_again_on_command(letters, rung):
    set_for_tomorrow(letters)
    ring = letters.runtime.timers[ANSWER]
    letters.runtime.timers = {ANSWER: lambda _timer: 1 / 0}
    for _ in range(3):
        run(letters)
    token = letters.client("ops", "ops")
    [parked] = letters.call("GET", "/api/letters/v1/timers/parked", token=token).json["data"]
    assert (parked["kind"], parked["subject"]) == (ANSWER, "letter/1")

    letters.runtime.timers = {ANSWER: ring}
    tried = letters.call("POST", "/api/letters/v1/timers/retry", token=token, json={})

    assert tried.json == {"count": 1}
    run(letters)
    assert written(letters) == ["letter/1 in demo"]


def test_a_kind_that_only_another_release_knows_waits_for_it(letters, rung):
    set_for_tomorrow(letters)
    ring = letters.runtime.timers
    letters.runtime.timers = {}

    assert not run(letters)
    letters.runtime.timers = ring
    assert run(letters)


def test_what_ended_long_ago_is_forgotten(letters, rung):
    set_for_tomorrow(letters, "letter/1")
    set_for_tomorrow(letters, "letter/2")
    with letters.app.app_context(), in_region("demo"), db.transaction():
        cancel_timers("letter/2")
    run(letters)
    with letters.app.app_context():
        timers.forget_old(letters.runtime)
    assert len(rows(letters)) == 2

    with time_machine.travel(now() + timedelta(days=92)), letters.app.app_context():
        timers.forget_old(letters.runtime)
    assert rows(letters) == []


class TestATimerThatAsksOutside:
    """It is asked in no transaction, and what it answered is kept with the timer's end."""

    def asking(self, letters: Service, answers: list[str]) -> list[bool]:
        asked: list[bool] = []

        def ask(_timer: Timer) -> str:
            asked.append(db.in_transaction)
            return answers.pop(0)

        def keep(_timer: Timer, answer: str) -> None:
            assert db.in_transaction
            if answer == "unkept":
                raise ZeroDivisionError
            db.session.add(Letter(text=f"{answer} in {current_region()}"))

        letters.runtime.timers = {ANSWER: Asking(ask, keep)}
        return asked

    def test_keeps_the_answer_once(self, letters):
        asked = self.asking(letters, ["yes"])
        set_for_tomorrow(letters)

        assert [run(letters), run(letters)] == [True, False]
        assert (asked, written(letters)) == ([False], ["yes in demo"])

    def test_asks_again_when_the_answer_was_not_kept(self, letters):
        asked = self.asking(letters, ["unkept", "yes"])
        set_for_tomorrow(letters)

        run(letters)
        with letters.app.app_context(), in_region("demo"):
            assert is_set(ANSWER, "letter/1")
        run(letters)

        assert (asked, written(letters)) == ([False, False], ["yes in demo"])
        with letters.app.app_context(), in_region("demo"):
            assert not is_set(ANSWER, "letter/1")

    def test_leaves_nothing_when_another_worker_was_faster(self, letters):
        self.asking(letters, ["late"])
        set_for_tomorrow(letters)
        handle = letters.runtime.timers[ANSWER]

        def taken_over(timer: Timer) -> str:
            with db.transaction() as session:
                session.execute(db.plumbing.timers.update().values(claimed_by="b"))
            return handle.ask(timer)

        letters.runtime.timers = {ANSWER: Asking(taken_over, handle.keep)}
        run(letters)

        assert written(letters) == []
        assert [row.status for row in rows(letters)] == ["pending"]

    def test_waits_out_an_outage_however_long_it_is(self, letters):
        def ask(_timer: Timer) -> str:
            raise PeerUnavailable(peer="documents")

        letters.runtime.timers = {ANSWER: Asking(ask, lambda _timer, _answer: None)}
        set_for_tomorrow(letters)

        turns = [run(letters, after=(turn + 1) * DAY) for turn in range(9)]

        assert turns == [True] * 9
        assert not run(letters, after=9 * DAY), "it is not asked again at once"
        assert [row.status for row in rows(letters)] == ["pending"]
