"""The bus is for speed, the feed is for truth: what was missed is fetched, what is old is known."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask, request

from chassis.events import dead
from chassis.events.reconcile import Reconciler
from chassis.http import peers
from chassis.process.telemetry import LOOP_FAILURES
from chassis.run.worker import Worker
from tests.builders.letters.app import MANIFEST
from tests.builders.manifests import Imagined
from tests.chassis.test_events import heard, inbox, note

NOTES = Imagined("notes", {"id": "", "en": ""}, publishes=("note.written.v1",))


@dataclass
class Source:
    """Another service: its log, and how often it was asked."""

    events: list = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    down: bool = False

    def app(self) -> Flask:
        app = Flask("notes")

        @app.get("/api/notes/v1/events")
        def feed():
            if self.down:
                return {}, 503
            after, limit = int(request.args["after"]), 2
            self.asked.append(after)
            rest = [e.to_cloudevent() for e in self.events if e.position > after]
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
