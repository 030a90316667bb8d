"""The loops that start again what died: nothing ends them, and what keeps dying waits longer."""

import threading
from types import SimpleNamespace

import pytest

from ops.cluster import keeping, restraint
from ops.cluster.asking import line_of
from ops.cluster.keeping import Kept
from ops.cluster.restraint import Restraint
from ops.engines.process import EngineFailed


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    told = Clock()
    monkeypatch.setattr(restraint, "time", told)
    return told


def pauses(clock: Clock, subject: Restraint, lives: list[float]) -> list[float]:
    """Live so long each time, and say how long it has to wait afterwards."""
    waited = []
    for life in lives:
        subject.begin()
        clock.now += life
        subject.note_death("why")
        waited.append(subject.waits)
        clock.now += subject.waits
    return waited


def test_each_death_of_a_series_doubles_the_pause_up_to_the_longest(clock):
    assert pauses(clock, Restraint(10.0), [0.0] * 7) == [1, 2, 4, 8, 10, 10, 10]


def test_the_first_death_after_a_long_life_waits_for_nothing(clock):
    assert pauses(clock, Restraint(10.0), [0.0, 0.0, 0.0, 60.0, 0.0]) == [1, 2, 4, 0, 2]


def test_a_death_is_counted_once_however_often_it_is_looked_at(clock):
    subject = Restraint()

    assert [subject.note_death("x"), subject.note_death("x")] == [True, False]
    assert subject.deaths == 1


def test_who_keeps_dying_is_told_with_the_reason(clock):
    subject = Restraint()
    pauses(clock, subject, [0.0, 0.0])
    assert not subject.told["keeps_dying"]
    subject.begin()
    subject.note_death("no such file")

    assert subject.told == {"deaths": 3, "keeps_dying": True, "waits": 4.0, "why": "no such file"}
    clock.now += 100
    assert Restraint().told["keeps_dying"] is False


def test_the_status_names_who_died_when_it_is_tried_again_and_why(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    told = {"deaths": 4, "keeps_dying": True, "waits": 8.0, "why": "port in use"}
    row = {"name": "nginx", "kind": "edge", "pid": None, "port": 8080, "ready": False, **told}

    line = line_of(row)

    assert line.startswith("--  nginx")
    assert line.endswith("died 4×, tried again in 8 s: port in use")


class Server:
    """Dies whenever it is told to; refuses to start as often as it is told to."""

    def __init__(self) -> None:
        self.port = 1
        self.starts = 0
        self.refusals: list[Exception] = []
        self.child = SimpleNamespace(alive=False, pid=1, last_lines=lambda _count: "why")

    def start(self) -> None:
        self.starts += 1
        if self.refusals:
            raise self.refusals.pop()
        self.child.alive = True

    def stop(self) -> None:
        self.child.alive = False


def kept(server: Server, stopping: threading.Event) -> Kept:
    return Kept("nginx", "edge", server, server.start, stopping, Restraint(0.0))


@pytest.mark.parametrize("failure", [EngineFailed("refused"), OSError("full"), KeyError("x")])
def test_no_failure_ends_the_loop(monkeypatch, failure):
    """nginx could not be reloaded once, and nothing was ever started again."""
    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.001)
    server, stopping, back = Server(), threading.Event(), threading.Event()
    server.refusals = [failure, failure]
    edge = kept(server, stopping)

    def look() -> None:
        edge.look()
        if server.child.alive:
            back.set()

    keeping.in_thread("nginx", look, stopping)
    came_back = back.wait(20)
    stopping.set()

    assert came_back
    assert server.starts == 3


def test_nothing_is_started_while_the_cluster_is_being_stopped():
    server, stopping = Server(), threading.Event()
    edge = kept(server, stopping)
    stopping.set()

    assert not edge.look()
    with pytest.raises(EngineFailed):
        edge.begin()
    assert server.starts == 0
