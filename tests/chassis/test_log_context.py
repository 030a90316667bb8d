"""A worker's thread serves one caller after another; the log says of each only its own."""

from uuid import uuid4

import pytest
import structlog
from structlog.contextvars import bind_contextvars, get_contextvars, merge_contextvars
from structlog.testing import LogCapture

from chassis.http.auth import public
from chassis.process.context import caused_by

LETTERS = "/api/letters/v1/letters"


@pytest.fixture
def logged():
    capture, before = LogCapture(), structlog.get_config()
    structlog.configure(processors=[merge_contextvars, capture])
    yield capture.entries
    structlog.configure(**before)


def broken() -> None:
    raise ZeroDivisionError


def test_an_anonymous_fault_is_not_blamed_on_who_came_before(letters, logged):
    letters.app.add_url_rule("/broken", view_func=public(broken))
    token = letters.person(uuid4(), "letters")
    for _ in range(13):
        assert letters.call("GET", LETTERS, token=token).status_code == 200

    assert letters.call("GET", "/broken").status_code == 500

    [fault] = [entry for entry in logged if entry["event"] == "unexpected_error"]
    assert fault["request_id"]
    assert not {"actor", "region"} & fault.keys()


def test_a_fault_of_ones_own_names_who_asked(letters, logged, monkeypatch):
    person = uuid4()
    monkeypatch.setattr("tests.builders.letters.app.page", broken)

    answer = letters.call("GET", LETTERS, token=letters.person(person, "letters"))

    assert answer.status_code == 500
    [fault] = [entry for entry in logged if entry["event"] == "unexpected_error"]
    assert fault["actor"] == str(person)


def test_work_for_an_event_forgets_whom_it_named_and_what_was_there_before_stays():
    bind_contextvars(loop="dispatcher")
    with caused_by("event-1", None, None):
        bind_contextvars(actor="somebody")
        assert get_contextvars() == {
            "request_id": "event-1",
            "causation_id": "event-1",
            "actor": "somebody",
        }

    assert get_contextvars() == {"loop": "dispatcher"}
    structlog.contextvars.clear_contextvars()
