"""One subject's way through a service: what it recorded and heard of it, without the data."""

from uuid import uuid4

import pytest

from chassis.process.ids import uuid7
from chassis.process.regions import in_region
from tests.builders.letters.app import write
from tests.builders.service import Service
from tests.chassis.test_events import FlakyBus, note

LETTER = "letter/"


def trace(letters: Service, subject: str, *, region: str = "*", **args):
    token = letters.client("svc-ops", "ops", region=region)
    return letters.call(
        "GET", "/api/letters/v1/trace", token=token, query_string={"subject": subject, **args}
    )


def letter(letters: Service, text: str = "hello") -> str:
    with letters.app.app_context(), in_region("demo"):
        return f"letter/{write(text).id}"


def test_a_written_letter_is_traced_from_its_request_to_the_bus(letters):
    token = letters.person(uuid7(), "letters")
    written = letters.call(
        "POST",
        "/api/letters/v1/letters",
        token=token,
        json={"text": "secret text"},
        headers={"X-Request-ID": "request-of-a-test"},
    )
    subject = f"letter/{written.json['id']}"
    before = trace(letters, subject).json["recorded"]
    letters.runtime.bus = FlakyBus(1)
    letters.drain()
    after = trace(letters, subject)

    assert (before[0]["position"], before[0]["published_at"]) == (None, None)
    (told,) = after.json["recorded"]
    assert told["request_id"] == told["correlation_id"] == "request-of-a-test"
    assert (told["position"], told["unrouted"]) == (1, False)
    assert told["published_at"] >= told["recorded_at"]
    assert "secret text" not in after.text


def test_an_event_that_nobody_heard_is_marked(letters):
    subject = letter(letters)
    letters.runtime.bus = FlakyBus(1, routed=False)
    letters.drain()

    assert [event["unrouted"] for event in trace(letters, subject).json["recorded"]] == [True]


def test_what_was_heard_shows_how_its_handling_went(letters):
    letters.hear(
        note("fine", subject="note/1"),
        note("poison", subject="note/1", position=2, request_id="request-of-a-note"),
    )

    fine, poisoned = trace(letters, "note/1").json["heard"]
    assert (fine["status"], fine["attempts"], fine["error"]) == ("done", 0, None)
    assert fine["done_at"] >= fine["received_at"]
    assert (poisoned["status"], poisoned["attempts"]) == ("parked", 3)
    assert poisoned["error"] == "RuntimeError: poisoned"
    assert (poisoned["request_id"], poisoned["done_at"]) == ("request-of-a-note", None)


def test_events_whose_data_names_the_subject_belong_to_its_way(letters):
    subject = letter(letters)
    name = subject.removeprefix(LETTER)
    letters.hear(note(name, subject="note/1"), note(f"not {name}", subject="note/2"))

    found = trace(letters, subject).json
    assert [event["subject"] for event in found["heard"]] == ["note/1"]
    assert len(found["recorded"]) == 1


def test_a_long_way_is_read_in_pages_that_miss_and_repeat_nothing(letters):
    subject = letter(letters)
    name = subject.removeprefix(LETTER)
    for number in range(1, 8):
        letters.hear(note(name, subject=f"note/{number}", position=number))
        letter(letters, name)
    whole = trace(letters, subject).json
    every = [event["event_id"] for event in (*whole["recorded"], *whole["heard"])]

    paged, page = [], trace(letters, subject, limit=2).json
    while True:
        assert len(page["recorded"]) + len(page["heard"]) <= 2
        paged += [event["event_id"] for event in (*page["recorded"], *page["heard"])]
        if not page["has_more"]:
            break
        page = trace(letters, subject, limit=2, after=page["next_after"]).json

    assert len(every) == 15
    assert sorted(paged) == sorted(every)


def test_a_subject_nobody_knows_has_no_way(letters):
    letter(letters)

    assert trace(letters, f"letter/{uuid4()}").json == {
        "recorded": [],
        "heard": [],
        "next_after": None,
        "has_more": False,
    }


def test_another_regions_operator_finds_nothing(letters):
    subject = letter(letters)
    letters.hear(note())

    assert len(trace(letters, subject, region="demo").json["recorded"]) == 1
    assert trace(letters, subject, region="elsewhere").json["recorded"] == []
    assert trace(letters, "note/1", region="elsewhere").json["heard"] == []


@pytest.mark.parametrize("subject", ["", "letter", "letter/", 'letter/"', "letter/%", "a/b/c"])
def test_what_is_no_subject_is_refused(letters, subject):
    assert trace(letters, subject).status_code == 422


def test_only_operators_may_look(letters):
    token = letters.client("svc-notes", "events.read")
    answer = letters.call("GET", "/api/letters/v1/trace?subject=letter/1", token=token)

    assert (answer.status_code, answer.json["code"]) == (403, "insufficient_scope")
