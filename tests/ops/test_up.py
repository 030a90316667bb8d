"""`./simpul up` as its user meets it: it starts, refuses in one line, stops, loses nothing."""

import argparse
import contextlib
import json
import shutil
import signal
import socket
import sqlite3
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from ops import folder
from ops import up as up_command
from ops.journey.notices import PATIENCE, Notices
from tests.builders.system import copy_demo
from tests.ops.systems import ON_A_RUNNING_SYSTEM, run_ops, running, submitted, the_one_line

# Generous for a busy machine: each test starts a whole system, some two.
pytestmark = ON_A_RUNNING_SYSTEM


def test_it_prints_address_accounts_and_where_the_mails_lie(up):
    said = "\n".join(up.said)
    accounts = folder.credentials(up.data)["accounts"]

    assert up.url in up.said[-1]
    assert str(up.data / "mail") in said
    assert len(accounts) >= 15
    assert all(account["password"] in said and account["nip"] in said for account in accounts)


def test_passwords_differ_between_accounts(up):
    passwords = [account["password"] for account in folder.credentials(up.data)["accounts"]]

    assert len(set(passwords)) == len(passwords)


def test_what_is_secret_is_readable_by_its_owner_only(up):
    for name in ("secrets.json", folder.CREDENTIALS):
        assert (up.data / name).stat().st_mode & 0o077 == 0
    assert up.data.stat().st_mode & 0o077 == 0


def test_it_answers_once_it_says_ready(up):
    assert up.case().web.call("GET", "/readyz").status == 200
    assert up.case().web.call("GET", "/openapi.json").status == 200
    assert up.case().web.call("GET", "/").status == 200


def test_a_second_request_comes_on_the_connection_of_the_first(up):
    address = urlsplit(up.url)
    with contextlib.closing(HTTPConnection(address.hostname, address.port)) as connection:
        connection.request("GET", "/livez")
        first = connection.getresponse()
        first.read()
        kept = connection.sock
        connection.request("GET", "/readyz")

        assert connection.getresponse().status == 200
        assert connection.sock is kept
        assert first.getheader("Connection") == "keep-alive"


def test_its_log_is_json_where_there_is_no_terminal(up):
    for line in up.errors.read_text().splitlines():
        assert "event" in json.loads(line)


def test_a_second_one_on_the_same_folder_is_refused_in_one_line(up):
    line = the_one_line(run_ops("up", "--port", "0", "--data", up.data))

    assert up.url in line
    assert "--data" in line
    assert up.case().web.call("GET", "/readyz").status == 200


def test_a_taken_port_is_refused_in_one_line(tmp_path):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        line = the_one_line(run_ops("up", "--port", port, "--data", tmp_path / "data"))

    assert str(port) in line
    assert "--port" in line
    assert folder.is_new(tmp_path / "data")


@pytest.mark.parametrize("port", ["-1", "65536", "99999999999"])
def test_a_port_that_cannot_be_is_refused_in_one_line(tmp_path, port):
    assert "--port" in the_one_line(run_ops("up", "--port", port, "--data", tmp_path / "data"))


def test_an_address_of_another_machine_is_refused_in_one_line(tmp_path):
    line = the_one_line(run_ops("up", "--host", "192.0.2.1", "--data", tmp_path / "data"))

    assert "192.0.2.1" in line


def test_an_unwritable_folder_is_refused_in_one_line(tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")

    line = the_one_line(run_ops("up", "--port", "0", "--data", tmp_path / "data"))

    assert str(tmp_path / "data") in line
    assert "--data" in line


def test_it_refuses_in_indonesian_unless_the_machine_is_english(tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")

    line = the_one_line(run_ops("up", "--data", tmp_path / "data", LANG="id_ID.UTF-8"))

    assert "tidak dapat ditulis" in line


def test_wrong_settings_are_told_and_leave_the_folder_free(tmp_path):
    ended = run_ops("up", "--port", "0", "--data", tmp_path / "data", MAIL_URL="pigeon://roof")

    assert ended.returncode == 2
    assert "MAIL_URL" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    with folder.held(tmp_path / "data"):
        pass


def test_ctrl_c_stops_it_cleanly(ended):
    assert ended.code == 0
    assert "Traceback" not in ended.errors
    assert folder.running(ended.data) is None


def test_without_the_demo_a_new_folder_has_no_accounts(ended):
    assert not (ended.data / folder.CREDENTIALS).exists()
    assert "password" not in ended.said


def test_a_folder_without_the_demo_does_not_get_it_later(ended):
    options = argparse.Namespace(no_demo=False)

    assert not up_command.wants_demo(ended.data, options)


def test_an_interrupted_first_start_is_finished_by_the_next(ended, tmp_path):
    data = shutil.copytree(ended.data, tmp_path / "data")
    (data / "demo-unfinished").touch()

    with running(data) as system:
        assert waiting_events(data) == 0
        assert folder.credentials(system.data)["accounts"]
        assert not (data / "demo-unfinished").exists()


def waiting_events(data):
    """At the word `ready` every service must know the people, or the first request fails."""
    counts = []
    for path in sorted(data.glob("*.db")):
        with contextlib.closing(sqlite3.connect(path)) as database:
            (count,) = database.execute(
                "SELECT (SELECT count(*) FROM inbox WHERE status = 'pending')"
                " + (SELECT count(*) FROM outbox WHERE published_at IS NULL)"
            ).fetchone()
            counts.append(count)
    return sum(counts)


def test_stopped_and_started_again_it_loses_nothing_and_tells_nobody_twice(tmp_path):
    data = copy_demo(tmp_path / "data")
    with running(data) as first:
        case = submitted(first.case())
        Notices(case, None).wait_for(((case.applicant.key, "proposal.submitted.v1"),))
        before = with_its_receipt(case)
        assert first.stop(signal.SIGTERM) == 0
        assert folder.running(data) is None
    with running(data, "--no-demo") as second:
        again = second.case()
        again.proposal_id = case.proposal_id

        assert again.refresh() == before
        assert told(again) == ["proposal.submitted.v1"]


def with_its_receipt(case):
    """Return the proposal once nothing more is under way for it."""
    until = time.monotonic() + PATIENCE
    while (proposal := case.refresh())["receipt"]["state"] != "ready":
        assert time.monotonic() < until
        time.sleep(0.05)
    return proposal


def told(case):
    found = case.applicant.get("/api/notification/v1/notices")["data"]
    return [notice["event_type"] for notice in found if case.proposal_id in notice["about"]]


@pytest.mark.slow
def test_killed_at_once_after_a_submission_it_goes_on_where_it_was(tmp_path, monkeypatch):
    """What was acknowledged survives, and its effects follow, once, after the restart.

    What the killed process had in hand is free again when its claim of a minute runs out.
    """
    monkeypatch.setattr("ops.journey.notices.PATIENCE", 100.0)
    data = copy_demo(tmp_path / "data")
    with running(data) as first:
        case = submitted(first.case())
        first.kill_everything()
    with running(data) as second:
        again = second.case()
        again.proposal_id = case.proposal_id
        expected = (
            (again.applicant.key, "proposal.submitted.v1"),
            ("umpeg", "proposal.submitted.v1"),
        )

        Notices(again, None).wait_for(expected)

        assert again.refresh()["number"] == case.proposal["number"]
        assert told(again) == ["proposal.submitted.v1"]
