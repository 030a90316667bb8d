"""Whatever a request, an event or a turn of a loop binds is gone with it: in every context variable."""

import ast
import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Response, g, stream_with_context
from structlog.contextvars import bind_contextvars, get_contextvars

from chassis.events.envelope import Event
from chassis.events.inbox import hear, keep
from chassis.http.auth import public, requires
from chassis.process.context import apart
from chassis.process.loops import Loop
from chassis.process.regions import in_region
from chassis.run import worker
from tests.builders.letters.app import NoteData
from tests.builders.service import Service
from tests.gateway.test_unread import served

ROOT = Path(__file__).parents[2]
POISON = "of the request before"
LATE: ContextVar[str] = ContextVar("of_this_test", default="")


def declared() -> dict[str, ContextVar[Any]]:
    """Every context variable of ours, found in the code."""
    found = {}
    for folder in ("chassis", "staff", "services", "portal", "gateway", "ops"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "ContextVar(" in (text := path.read_text("utf-8")):
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                for name in named(text):
                    found[f"{module}.{name}"] = getattr(importlib.import_module(module), name)
    return found


def named(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        value = getattr(node, "value", None)
        if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("ContextVar"):
            assert isinstance(node, ast.Assign | ast.AnnAssign), "name each context variable"
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            yield ast.unparse(target)


VARIABLES = {**declared(), "this test": LATE}


def soil() -> str:
    for variable in VARIABLES.values():
        variable.set(POISON)
    bind_contextvars(actor=POISON)
    g.soiled = POISON
    return "soiled"


def soiling_body() -> Response:
    def parts() -> Iterator[str]:
        yield "a"
        yield soil()

    return Response(stream_with_context(parts()))


def look() -> dict[str, list[str]]:
    left = [name for name, variable in VARIABLES.items() if variable.get(None) == POISON]
    left += ["structlog"] if POISON in get_contextvars().values() else []
    left += ["g"] if "soiled" in g else []
    return {"left": left}


@pytest.fixture
def soiled(letters: Service) -> Service:
    for path, view in (("/soil", soil), ("/soiling-body", soiling_body), ("/look", look)):
        letters.app.add_url_rule(path, view_func=public(view))
    return letters


def test_the_scan_finds_those_that_are_known():
    assert {"chassis.process.regions._bound", "chassis.process.context._current"} <= set(VARIABLES)


@pytest.mark.parametrize("path", ["/soil", "/soiling-body"])
def test_a_thread_that_answered_looks_as_before(soiled, path):
    def answered() -> tuple[dict[Any, Any], dict[Any, Any], list[str]]:
        before = dict(copy_context().items())
        assert soiled.call("GET", path).text.endswith("soiled")
        after = dict(copy_context().items())
        return before, after, soiled.call("GET", "/look").json["left"]

    with ThreadPoolExecutor(4) as pool:
        for before, after, left in pool.map(lambda _: answered(), range(16)):
            assert after == before
            assert left == []


def test_a_request_sees_nothing_of_the_thread_it_is_answered_in(soiled):
    with soiled.app.app_context(), in_region("demo"):
        g.soiled = POISON
        assert soiled.call("GET", "/look").json == {"left": []}


@pytest.mark.parametrize("path", ["soil", "soiling-body"])
def test_requests_on_one_kept_connection_see_nothing_of_each_other(soiled, path):
    asked = [f"GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n", "GET /look HTTP/1.1\r\nHost: a\r\n\r\n"]

    _, answers = served("".join(asked * 2).encode(), 4, soiled.app)

    assert answers.count(b'{"left":[]}') == 2


def test_the_log_of_an_anonymous_request_names_nobody_on_a_kept_connection(soiled):
    seen: list[dict[str, Any]] = []

    def noticed() -> str:
        seen.append(get_contextvars())
        return ""

    soiled.app.add_url_rule("/named", "named", requires("letters")(noticed))
    soiled.app.add_url_rule("/nobody", "nobody", public(noticed))
    token = soiled.person(uuid4(), "letters")
    named = f"GET /named HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n"
    nobody = "GET /nobody HTTP/1.1\r\nHost: a\r\n\r\n"

    served((named * 13 + nobody).encode(), 14, soiled.app)

    assert ["actor" in context for context in seen] == [True] * 13 + [False]


def test_a_turn_of_a_loop_leaves_nothing_behind(letters):
    seen: list[list[str]] = []

    def turn() -> bool:
        seen.append(look()["left"])
        soil()
        return len(seen) < 3

    letters.runtime.loops[:] = [Loop("soiling", turn)]
    worker.drain(letters.app)

    assert seen == [[], [], []]


def test_the_effect_of_an_event_sees_nothing_of_the_one_before(letters):
    seen: list[list[str]] = []

    def handle(_event: Event) -> None:
        seen.append([name for name in look()["left"] if name != "g"])
        soil()

    letters.runtime.heard = {"note.written.v1": hear(handle, replay="skip", reads=NoteData())}
    with in_region("demo"):
        events = [
            Event("note.written.v1", f"note/{n}", {"text": "a"}, 1, source="notes")
            for n in range(3)
        ]
    with letters.app.app_context():
        keep(letters.runtime, events)
    letters.drain()

    assert seen == [[], [], []]


def test_a_body_that_a_server_sends_by_itself_stays_what_it_is():
    class Sent(list):
        pass

    app = apart(lambda _environ, _start: Sent([b"a"]))

    assert type(app({"wsgi.file_wrapper": Sent}, None)) is Sent
