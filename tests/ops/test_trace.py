"""`./simpul trace` on a running system, after a proposal has gone all its way."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from chassis.process.ids import uuid7
from chassis.process.manifest import discover, hearers_of
from ops import folder, operator, tracing
from ops.trace import first_id
from tests.ops.systems import ON_A_RUNNING_SYSTEM, run_ops

NUMBER = re.compile(r"DEMO/BEBAS-HUKDIS/\d{4}/\d{6}")
AT = "2026-11-22T03:00:00+00:00"


@pytest.fixture(scope="module")
def number(up):
    demo = run_ops("demo", "--url", up.url, "--data", up.data)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    return NUMBER.search(demo.stdout)[0]


@pytest.fixture(scope="module")
def traced(up, number):
    return run_ops("trace", number, "--data", up.data)


class TestOnARunningSystem:
    pytestmark = ON_A_RUNNING_SYSTEM

    def test_every_event_every_hearer_and_every_try_is_shown_in_order(self, traced):
        assert (traced.returncode, traced.stderr) == (0, "")
        heading, *lines, counted = traced.stdout.splitlines()
        times = [line[:23] for line in lines]

        assert heading.split()[0] == "time"
        assert times == sorted(times)
        for facts in (
            r"proposal +recorded +proposal\.submitted\.v1 +#\d+, published \+",
            r"notification +received +proposal\.submitted\.v1 +done \+",
            r"notification +try 1 +proposal\.submitted\.v1 email +accepted \+",
            r"notification +notice +proposal\.submitted\.v1 in_app +sent",
            r"proposal +recorded +proposal\.completed\.v1 ",
            r"proposal +recorded +result_document\.issued\.v1 ",
            r"documents +received +result_document\.issued\.v1 +done \+",
            r"documents +recorded +document\.verified\.v1 ",
        ):
            assert any(re.search(facts, line) for line in lines), facts
        assert re.fullmatch(
            r"\d+ events recorded, \d+ times received, \d+ tries to send\.", counted
        )

    def test_an_effect_carries_the_request_that_caused_it(self, traced):
        lines = traced.stdout.splitlines()
        issued = next(line for line in lines if "recorded" in line and "result_document" in line)
        verified = next(line for line in lines if "document.verified.v1" in line)

        assert issued.split()[-1] == verified.split()[-1]

    def test_nobody_is_named(self, up, traced):
        accounts = folder.credentials(up.data)["accounts"]

        assert not [a for a in accounts if a["name"] in traced.stdout or a["nip"] in traced.stdout]

    def test_it_speaks_indonesian_too(self, up, number):
        ended = run_ops("trace", number.lower(), "--data", up.data, LANG="id_ID.UTF-8")

        assert "proposal.submitted.v1" in ended.stdout
        assert "peristiwa dicatat" in ended.stdout

    def test_an_unknown_number_is_said_in_one_line(self, up):
        ended = run_ops("trace", "DEMO/NOTHING/2026/000001", "--data", up.data)

        assert (ended.returncode, ended.stdout) == (2, "")
        assert "no proposal has the number" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1


def event(**more):
    return {
        "type": "proposal.submitted.v1",
        "request_id": "a-request",
        "position": 7,
        "recorded_at": AT,
        "published_at": AT,
        "unrouted": False,
        "received_at": AT,
        "status": "pending",
        "attempts": 0,
        "done_at": None,
        "error": None,
        **more,
    }


@pytest.fixture
def english(monkeypatch):
    monkeypatch.setattr(tracing, "choose", lambda _indonesian, english: english)


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"position": None, "published_at": None}, "not numbered yet"),
        ({"published_at": None}, "#7, unpublished"),
        ({}, "#7, published +0.00 s"),
        ({"unrouted": True}, "#7, published +0.00 s, nobody hears it"),
    ],
)
def test_how_far_an_event_came_is_told(facts, told):
    assert tracing.recorded_row("proposal", event(**facts)).detail == told


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "waiting"),
        ({"status": "done", "done_at": "2026-11-22T03:00:01.5+00:00"}, "done +1.50 s"),
        ({"attempts": 2, "error": "E: x"}, "waiting, 2 failed tries: E: x"),
        ({"status": "parked", "attempts": 6, "error": "E: x"}, "parked, 6 failed tries: E: x"),
        ({"status": "suppressed"}, "suppressed"),
    ],
)
def test_how_the_handling_went_is_told(facts, told):
    assert tracing.row_of_hearing("notification", event(**facts)).detail == told


@pytest.mark.usefixtures("english")
def test_a_delivery_that_failed_shows_its_tries_and_why():
    attempt = {"number": 1, "started_at": AT, "ended_at": AT, "ending": "permanent", "detail": "no"}
    delivery = {
        "event_type": "proposal.submitted.v1",
        "channel": "email",
        "attempts": [attempt],
        "state": "failed",
        "reason": "refused",
        "created_at": AT,
        "finished_at": AT,
    }

    rows = [(row.happening, row.detail) for row in tracing.rows_of_delivery("n", delivery)]

    assert rows == [("try 1", "permanent +0.00 s: no"), ("notice", "failed: refused")]


def test_who_should_receive_an_event_is_known_from_the_manifests():
    manifests = discover()

    assert hearers_of("proposal.submitted.v1", manifests) == ["notification"]
    assert hearers_of("result_document.issued.v1", manifests) == ["documents"]


def test_the_search_begins_with_the_events_of_its_moment():
    now = datetime.now(UTC)

    assert first_id(now - timedelta(milliseconds=5)) < str(uuid7())
    assert first_id(now + timedelta(seconds=60)) > str(uuid7())


def test_a_clusters_folder_keeps_the_operators_secret_in_its_plan(tmp_path):
    (tmp_path / "plan.json").write_text('{"secrets": {"client/ops": "of-the-plan"}}')

    assert operator._secret(tmp_path) == "of-the-plan"
