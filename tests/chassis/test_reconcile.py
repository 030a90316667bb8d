"""The bus is for speed, the feed is for truth: what was missed is fetched, what is old is known."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from flask import Flask, request
from sqlalchemy import select

from chassis.events import dead
from chassis.events.cursors import Cursor, together
from chassis.events.envelope import Event
from chassis.events.inbox import EventData, hear
from chassis.events.reconcile import Reconciler
from chassis.http import peers
from chassis.process.telemetry import LOOP_FAILURES
from chassis.run.worker import Worker
from tests.builders.letters.app import MANIFEST
from tests.builders.letters.models import db
from tests.builders.manifests import Imagined
from tests.chassis.test_events import heard, inbox, note

NOTES = Imagined("notes", {"id": "", "en": ""}, publishes=("note.written.v1", "note.drawn.v1"))


@dataclass
class Source:
    """Another service: its log, and how often it was asked."""

    events: list = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    down: bool = False
    breaks_after: int | None = None  # so many answers

    def app(self) -> Flask:
        app = Flask("notes")

        @app.get("/api/notes/v1/events")
        def feed():
            if self.down or self.breaks_after == 0:
                return {}, 503
            if self.breaks_after is not None:
                self.breaks_after -= 1
            after, limit = int(request.args["after"]), 2
            types = request.args["types"].split(",")
            self.asked.append(after)
            log = [event for event in self.events if event.type in types]
            rest = [event.to_cloudevent() for event in log if event.position > after]
            head = self.events[-1].position if self.events else 0
            more = len(rest) > limit
            reached = rest[limit - 1]["position"] if more else head
            return {"data": rest[:limit], "next_after": reached, "has_more": more, "head": head}

        return app


@pytest.fixture
def source() -> Source:
    return Source()


def connect(letters, source: Source) -> Reconciler:
    letters.runtime.manifests = {"letters": MANIFEST, "notes": NOTES}
    name = letters.runtime.settings.peers_url
    issuer = Flask("identity")
    issuer.add_url_rule(
        "/oauth/token",
        view_func=lambda: {"access_token": "t", "expires_in": 300},
        methods=["POST"],
    )
    peers.register_local(name, "identity", issuer)
    peers.register_local(name, "notes", source.app())
    return Reconciler(letters.runtime)


def compare(letters, reconciler: Reconciler) -> int:
    with letters.app.app_context():
        before = reconciler.fetched
        reconciler.compare_all()
    letters.drain()
    return reconciler.fetched - before


def test_what_the_bus_lost_is_fetched_from_the_log(letters, source):
    reconciler = connect(letters, source)
    compare(letters, reconciler)
    source.events = [note(str(n), subject=f"note/{n}", position=n) for n in range(1, 8)]
    letters.hear(source.events[2])

    assert compare(letters, reconciler) == 6
    assert compare(letters, reconciler) == 0
    assert sorted(heard(letters)) == [str(n) for n in range(1, 8)]


def test_a_new_service_builds_its_copies_from_history(letters, source):
    source.events = [note(str(n), subject=f"note/{n}", position=n) for n in range(1, 6)]

    compare(letters, connect(letters, source))

    assert sorted(heard(letters)) == ["1", "2", "3", "4", "5"]


def test_a_rebuilt_service_that_skips_history_lists_it_and_can_release_it(make_letters, source):
    letters = make_letters(options={"replay": "skip"})
    source.events = [note(str(n), subject=f"note/{n}", position=n) for n in range(1, 4)]
    reconciler = connect(letters, source)
    compare(letters, reconciler)
    source.events.append(note("4", subject="note/4", position=4))
    compare(letters, reconciler)

    assert heard(letters) == ["4"]
    with letters.app.app_context():
        assert len(dead.listed(letters.runtime, "suppressed")) == 3
        assert dead.replay(letters.runtime, source.events[0].id, "suppressed") == 1
    letters.drain()
    assert heard(letters) == ["4", "1"]


def test_a_source_that_is_down_is_asked_again_later_from_where_it_stood(letters, source):
    reconciler = connect(letters, source)
    compare(letters, reconciler)
    source.events, source.down = [note("1")], True

    assert compare(letters, reconciler) == 0
    source.down = False
    assert compare(letters, reconciler) == 1


def test_reading_from_the_beginning_repeats_no_effect(letters, source):
    source.events = [note(str(n), subject=f"note/{n}", position=n) for n in range(1, 4)]
    reconciler = connect(letters, source)
    compare(letters, reconciler)

    with letters.app.app_context():
        assert reconciler.from_the_beginning() == 0
    letters.drain()

    assert len(inbox(letters)) == 3
    assert len(heard(letters)) == 3


def test_a_source_that_lost_its_log_and_counts_from_one_again_is_read_anew(make_letters, source):
    letters = make_letters(options={"replay": "skip"})
    reconciler = connect(letters, source)
    source.events = [note(f"old {n}", subject=f"old/{n}", position=n) for n in range(1, 6)]
    compare(letters, reconciler)
    source.events = [note(f"new {n}", subject=f"new/{n}", position=n) for n in range(1, 4)]

    assert compare(letters, reconciler) == 3
    assert compare(letters, reconciler) == 0
    assert heard(letters) == ["new 1", "new 2", "new 3"]


def test_a_source_that_got_an_older_log_back_repeats_nothing(letters, source):
    reconciler = connect(letters, source)
    source.events = [note(str(n), subject=f"note/{n}", position=n) for n in range(1, 6)]
    compare(letters, reconciler)
    again = note("other", subject="note/other", position=4)
    source.events = [*source.events[:3], again]

    assert compare(letters, reconciler) == 1
    assert sorted(heard(letters)) == ["1", "2", "3", "4", "5", "other"]


def test_a_source_that_was_away_at_the_start_is_asked_again_soon(letters, source):
    source.events, source.down = [note("1", position=1)], True
    connect(letters, source)
    worker = Worker(letters.app)
    (loop,) = [letter for letter in letters.runtime.loops if letter.name == "reconciler"]
    assert loop.every >= 60
    worker.start()
    failures = LOOP_FAILURES.labels("letters", "reconciler")._value
    before = failures.get()
    assert _until(lambda: failures.get() > before)
    source.down = False

    assert _until(lambda: heard(letters) == ["1"])
    assert worker.stop()


def _until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def drawn(text: str, position: int) -> Event:
    return replace(note(text, subject=f"drawn/{position}", position=position), type="note.drawn.v1")


def hears_of_drawings(letters, *, rule: str) -> list[str]:
    """The next release hears one more type; returns what its handler is told."""
    told: list[str] = []
    handler = hear(lambda event: told.append(event.data["text"]), replay=rule, reads=EventData())
    letters.runtime.heard = {**letters.runtime.heard, "note.drawn.v1": handler}
    return told


@pytest.fixture
def mixed(source) -> Source:
    """A log in which a type that nobody hears yet stands between what is heard."""
    source.events = [note("1", subject="note/1", position=1), drawn("past", 2)]
    source.events += [note("3", subject="note/3", position=3)]
    return source


def test_a_type_heard_for_the_first_time_fetches_its_past_by_itself(letters, mixed):
    compare(letters, connect(letters, mixed))
    told = hears_of_drawings(letters, rule="rebuild")
    mixed.events.append(drawn("new", 4))

    assert compare(letters, Reconciler(letters.runtime)) == 2
    assert told == ["past", "new"]
    assert compare(letters, Reconciler(letters.runtime)) == 0


def test_the_past_of_a_new_type_that_must_not_act_again_is_only_listed(letters, mixed):
    compare(letters, connect(letters, mixed))
    told = hears_of_drawings(letters, rule="skip")
    mixed.events.append(drawn("new", 4))
    compare(letters, Reconciler(letters.runtime))

    assert told == ["new"]
    with letters.app.app_context():
        assert len(dead.listed(letters.runtime, "suppressed")) == 1


def test_a_past_whose_fetching_was_broken_off_is_fetched_on_and_not_handled_as_new(letters, mixed):
    mixed.events += [drawn(f"past {n}", n) for n in range(4, 9)]
    compare(letters, connect(letters, mixed))
    told = hears_of_drawings(letters, rule="skip")
    mixed.breaks_after = 2  # in the middle of the past
    compare(letters, Reconciler(letters.runtime))
    mixed.breaks_after = None
    compare(letters, Reconciler(letters.runtime))

    assert told == []
    with letters.app.app_context():
        assert len(dead.listed(letters.runtime, "suppressed")) == 6


def test_what_another_release_compared_meanwhile_is_not_missed(letters, mixed):
    """It does not hear the type and moves on the row that both know."""
    compare(letters, connect(letters, mixed))
    told = hears_of_drawings(letters, rule="rebuild")
    compare(letters, Reconciler(letters.runtime))
    mixed.events.append(drawn("passed over", 4))
    with letters.app.app_context(), db.transaction() as session:
        session.execute(db.plumbing.feed_cursors.update().values(position=4))
    compare(letters, Reconciler(letters.runtime))

    assert told == ["past", "passed over"]


def test_what_the_source_was_compared_to_never_goes_back_for_a_late_type(letters, mixed):
    mixed.events += [drawn(f"past {n}", n) for n in range(4, 9)]
    mixed.events.append(note("20", subject="note/20", position=20))
    compare(letters, connect(letters, mixed))
    hears_of_drawings(letters, rule="rebuild")
    mixed.breaks_after = 2  # in the middle of the past
    compare(letters, Reconciler(letters.runtime))

    with letters.app.app_context():
        places = dict(
            db.session.execute(select(db.plumbing.feed_types.c["type", "position"])).all()
        )
        assert db.session.scalar(select(db.plumbing.feed_cursors.c.position)) == 20
    assert places == {"note.written.v1": 20, "note.drawn.v1": 4}


def test_types_that_stand_close_together_are_read_in_one_go(letters, mixed):
    compare(letters, connect(letters, mixed))
    hears_of_drawings(letters, rule="rebuild")
    compare(letters, Reconciler(letters.runtime))
    mixed.events.append(drawn("new", 4))
    mixed.asked.clear()
    compare(letters, Reconciler(letters.runtime))

    assert mixed.asked == [3]
    far = [Cursor("a", 900, 0), Cursor("b", 100, 0), Cursor("c", 850, 0)]
    assert [[c.type for c in group] for group in together(far, 200)] == [["a", "c"], ["b"]]
