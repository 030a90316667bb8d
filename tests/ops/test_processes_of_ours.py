"""A process is known by its record: taken up, ended, and never mistaken for another one."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.cluster.ending import end_everything, running
from ops.cluster.instances import RECORDS
from ops.engines.child import Child, Record
from ops.engines.identity import identify

pytestmark = pytest.mark.live
SLEEPS = ("sleep", "300")
DEAF = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    " print('deaf', flush=True); time.sleep(300)",
)
# Makes a child and dies with it alive, as a server whose master is killed.
LEAVES_A_CHILD = ("sh", "-c", "sleep 300 & kill -9 $$")


@pytest.fixture
def children(tmp_path) -> Iterator[list[Child]]:
    started: list[Child] = []
    yield started
    for child in started:
        child.stop(0)
    end_everything(tmp_path)


def a_child(
    folder: Path, children: list[Child], command: tuple[str, ...] = SLEEPS, **more
) -> Child:
    record = folder / RECORDS / f"part-{len(children)}.json"
    child = Child(command, log=folder / "log", record=record, **more)
    children.append(child)
    return child


def another(child: Child, **changes) -> Child:
    """The same as somebody else would make it, who started nothing."""
    told = {"env": child.env, "facts": child.facts, "cwd": child.cwd} | changes
    return Child(child.command, log=child.log, record=child.record, **told)


def test_what_runs_as_it_would_be_started_is_taken_up(tmp_path, children):
    child = a_child(tmp_path, children, env={"A": "1"}, facts="code of today")
    child.start()
    next_one = another(child)

    assert next_one.resume()
    assert (next_one.pid, next_one.alive) == (child.pid, True)


@pytest.mark.parametrize("change", [{"env": {"A": "2"}}, {"facts": "code of tomorrow"}])
def test_what_would_be_started_otherwise_is_not(tmp_path, children, change):
    child = a_child(tmp_path, children, env={"A": "1"}, facts="code of today")
    child.start()

    assert not another(child, **change).resume()


def test_a_number_that_is_another_process_by_now_is_neither_taken_up_nor_ended(tmp_path, children):
    """The record of a process that ended long ago, with a number that somebody has now."""
    bystander, dead = a_child(tmp_path, children), a_child(tmp_path, children)
    bystander.start()
    dead.start()
    dead.kill()
    told = json.loads(dead.record.read_text())
    earlier = {"pid": bystander.pid, "born": f"{told['born']}0"}
    dead.record.write_text(json.dumps(told | earlier))
    bystander.record.unlink()  # nothing but the number leads to it
    bystander_now = identify(bystander.pid)

    assert not another(dead).resume()
    assert running(tmp_path) == []
    assert not Record.read(dead.record).identity.send(signal.SIGKILL)
    assert identify(bystander.pid) == bystander_now


def test_who_does_not_hear_that_it_is_to_end_is_ended(tmp_path, children):
    child = a_child(tmp_path, children, DEAF)
    child.start()
    child.wait_until(lambda: "deaf" in child.last_lines())
    process = identify(child.pid)

    child.stop(0.2)

    assert not process.alive
    assert not child.record.exists()


def test_what_a_dead_server_left_behind_is_ended_before_the_next_start(tmp_path, children):
    child = a_child(tmp_path, children, LEAVES_A_CHILD)
    child.start()
    child.wait_until(lambda: not child.alive)
    left = child.remains()

    child.command = SLEEPS
    child.start()

    assert len(left) == 1
    assert not left[0].alive
    assert child.alive


def test_everything_of_a_folder_is_ended_and_named_also_what_has_no_record(tmp_path, children):
    recorded, stray, foreign = (a_child(tmp_path, children) for _ in range(3))
    foreign.record = None
    for child in (recorded, stray, foreign):
        child.start()
    stray.record.unlink()
    pids = recorded.pid, stray.pid

    ended = end_everything(tmp_path)

    assert [identify(pid) for pid in pids] == [None, None]
    assert all(str(pid) in " ".join(ended) for pid in pids)
    assert foreign.alive


def test_a_process_is_told_nothing_of_the_environment_but_what_every_program_needs(
    tmp_path, children, monkeypatch
):
    monkeypatch.setenv("CLIENT_SECRET_OPS", "of somebody else")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the operator")
    child = a_child(tmp_path, children, env={"OWN": "1"})
    child.start()
    environ = Path(f"/proc/{child.pid}/environ")
    child.wait_until(lambda: "OWN=1" in environ.read_text())
    names = {line.partition("=")[0] for line in environ.read_text().split("\0")}

    assert {"OWN", "PATH", "SIMPUL_PROCESS"} <= names
    assert not names & {"CLIENT_SECRET_OPS", "AWS_SECRET_ACCESS_KEY"}
    assert "SECRET" not in " ".join(names)


def test_this_process_is_never_one_of_those(tmp_path, monkeypatch):
    assert identify(os.getpid()) is not None
    assert end_everything(tmp_path) == []
