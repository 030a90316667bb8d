"""A burst of requests that think long waits in a lane of its own, and nobody waits for minutes."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from chassis.process.manifest import Route
from ops.arrival import Limits
from ops.arriving import AHEAD
from ops.lanes import LONGEST_WAIT, Lane
from tests.builders.serving import serving
from tests.gateway.test_arriving import THREADS, Connection, asked

LONG = Route("/long", at_once=2)
SENT = b"POST /long HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"


class Slow:
    """An application whose POSTs answer once they are let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if request.method == "POST" and request.path != "/read":
            self.begun.release()
            self.go.wait(30)
        return Response(request.path)(environ, start_response)


@pytest.fixture
def app() -> Slow:
    return Slow()


@pytest.fixture
def server(app: Slow) -> Iterator[tuple[int, Any]]:
    with serving(app) as running:
        running[1].limit(Limits(route_of=lambda path: LONG if path == LONG.prefix else Route("")))
        yield running
        app.go.set()


def seen(worker: Any, count: int) -> None:
    """Wait until the loop has taken all requests of so many connections."""
    while worker.nr_conns < count or worker.arriving:
        time.sleep(0.01)


def test_others_are_answered_while_many_wait_for_what_takes_long(server, app: Slow):
    port, _ = server
    with ExitStack() as stack:
        burst = [stack.enter_context(Connection(port, SENT)) for _ in range(5 * THREADS)]
        for _ in range(LONG.at_once):
            app.begun.acquire()

        assert asked(port) == b"/read"
        assert asked(port, "GET", LONG.prefix) == b"/long"
        assert not app.begun.acquire(timeout=0.2)
        app.go.set()
        assert [waiting.answer().body for waiting in burst] == [b"/long"] * len(burst)


def test_whoever_would_wait_too_long_is_told_to_come_again_and_who_waits_is_answered(
    server, app: Slow
):
    port, worker = server
    with ExitStack() as stack:
        burst = [stack.enter_context(Connection(port, SENT)) for _ in range(3 * LONG.at_once)]
        for _ in range(LONG.at_once):
            app.begun.acquire()
        seen(worker, len(burst))
        before = worker.clock
        worker.clock = lambda: before() + LONGEST_WAIT + 1

        late = stack.enter_context(Connection(port, SENT)).answer()

        assert (late.status, json.loads(late.body)["code"]) == (503, "service_unavailable")
        assert late.headers["Retry-After"] == "5"
        app.go.set()
        assert [waiting.answer().body for waiting in burst] == [b"/long"] * len(burst)
        assert stack.enter_context(Connection(port, SENT)).answer().status == 200


def test_a_process_with_too_much_to_do_is_never_taken_for_dead(server, app: Slow):
    port, worker = server
    other = SENT.replace(b"/long", b"/other")
    with ExitStack() as stack:
        burst = [stack.enter_context(Connection(port, other)) for _ in range(2 * AHEAD * THREADS)]
        seen(worker, len(burst))
        before = worker.clock
        worker.clock = lambda: before() + LONGEST_WAIT + 1
        assert stack.enter_context(Connection(port, other)).answer().status == 503

        alive = stack.enter_context(Connection(port, b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"))
        app.go.set()

        assert alive.answer().body == b"/livez"
        assert [waiting.answer().body for waiting in burst] == [b"/other"] * len(burst)


def test_a_lane_gives_turns_in_the_order_in_which_they_were_asked_for():
    lane = Lane(1)

    assert lane.begin("first", 0.0)
    assert not lane.begin("second", 1.0)
    assert not lane.begin("third", 2.0)
    assert [lane.end(), lane.end(), lane.end()] == ["second", "third", None]
    assert lane.begin("fourth", 9.0)
