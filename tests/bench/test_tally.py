"""What a process counts is read from outside while it runs."""

import threading

from bench.tally import FIELDS, Tally, read


def test_what_a_request_does_is_counted_apart_from_what_comes_after(tmp_path):
    tally = Tally(tmp_path)

    def app() -> str:
        tally.note("statements")
        return tally.asked(inner)  # a call to another app, in the same thread

    def inner() -> str:
        tally.note("statements")
        tally.note("commits")
        return "answer"

    assert tally.asked(app) == "answer"
    tally.note("statements")
    found = read(tmp_path)

    assert found["requests"] == 1
    assert (found["statements"], found["statements_after"]) == (2, 1)
    assert (found["commits"], found["commits_after"]) == (1, 0)
    assert found["request_cpu"] > 0


def test_another_thread_is_not_inside_the_request(tmp_path):
    tally = Tally(tmp_path)

    def app() -> None:
        thread = threading.Thread(target=tally.note, args=("statements",))
        thread.start()
        thread.join()

    tally.asked(app)

    assert read(tmp_path)["statements_after"] == 1


def test_a_request_that_fails_is_counted_and_ended(tmp_path):
    tally = Tally(tmp_path)

    def app() -> None:
        raise LookupError

    for _ in range(2):
        try:
            tally.asked(app)
        except LookupError:
            tally.note("commits")

    assert read(tmp_path)["requests"] == 2
    assert read(tmp_path)["commits_after"] == 2


def test_processes_are_added_up_and_other_files_are_none(tmp_path):
    for pid in ("1", "2"):
        (tmp_path / pid).write_bytes((3).to_bytes(8, "little") * len(FIELDS))
    (tmp_path / "calls").write_text("GET /")

    assert read(tmp_path) == dict.fromkeys(FIELDS, 6)
