"""What commands to a cluster say and do when something is not as it should be."""

import argparse
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.cluster import asking, control, starting
from ops.cluster.instances import RECORDS
from ops.engines.child import Child
from ops.engines.identity import identify
from ops.folder import LOCK, PLAN
from ops.speech import Stop


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def sleeper(tmp_path) -> Iterator[Child]:
    child = Child(("sleep", "300"), log=tmp_path / "log", record=tmp_path / RECORDS / "s3.json")
    child.start()
    yield child
    child.stop(0)


def starts(monkeypatch, words: str) -> None:
    """Have the cluster behind be a shell that does this."""

    def started(log: Path) -> "subprocess.Popen[bytes]":
        with log.open("ab") as output:
            return subprocess.Popen(["sh", "-c", words], stdout=output, stderr=output)

    monkeypatch.setattr(starting, "_started", started)


@pytest.mark.live
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("echo 'simpul: cannot start: portal web did not become ready' >&2; exit 2", "portal web"),
        ("echo one; echo two; echo KeyError: x; exit 1", "KeyError: x"),
        ("exit 1", "without a word"),
    ],
)
def test_a_start_behind_that_fails_says_why(monkeypatch, tmp_path, words, told):
    (tmp_path / PLAN).write_text("{}")
    (tmp_path / "cluster.log").write_text("simpul: cannot start: what was wrong yesterday\n")
    starts(monkeypatch, words)

    with pytest.raises(Stop) as stop:
        starting.in_background(argparse.Namespace(data=tmp_path))

    assert told in stop.value.line
    assert "yesterday" not in stop.value.line


@pytest.mark.live
def test_a_start_behind_is_waited_for_as_long_as_it_goes_on(monkeypatch, tmp_path, capsys):
    """It is not the time that ends the wait; what is under way is told meanwhile."""
    starts(monkeypatch, "exec sleep 300")
    steps = iter(["postgres", "postgres", "migrate identity", "migrate identity"])
    behind: list[subprocess.Popen[bytes]] = []
    begun = starting._started

    def noted(log: Path) -> "subprocess.Popen[bytes]":
        process = begun(log)
        behind.append(process)
        return process

    def progress(_folder: Path, _command: str) -> dict[str, object]:
        doing = next(steps, "")
        return {"pid": behind[0].pid, "ready": not doing, "doing": doing}

    monkeypatch.setattr(starting, "_started", noted)
    monkeypatch.setattr(control, "ask_quietly", progress)
    monkeypatch.setattr(starting.time, "sleep", lambda _seconds: None)
    options = argparse.Namespace(data=tmp_path, port=0, certificate=None, host="127.0.0.1")

    assert starting.in_background(options) == 0
    behind[0].kill()
    behind[0].wait()
    said = capsys.readouterr()
    assert said.err.splitlines() == ["  postgres …", "  migrate identity …"]
    assert said.out.startswith("http://127.0.0.1:")


def test_stop_where_no_cluster_ever_was_is_refused(tmp_path):
    with pytest.raises(Stop, match="no cluster"):
        asking.stop(tmp_path)


@pytest.mark.live
def test_stop_ends_and_names_what_runs_without_a_supervisor(tmp_path, capsys, sleeper):
    (tmp_path / PLAN).write_text("{}")
    process = identify(sleeper.pid)

    assert asking.stop(tmp_path) == 0
    assert asking.stop(tmp_path) == 0

    first, second = capsys.readouterr().out.splitlines()
    assert f"s3 (pid {process.pid})" in first
    assert second == "Nothing was running."
    assert not process.alive


@pytest.mark.live
def test_stop_kills_a_supervisor_that_hears_nothing(monkeypatch, tmp_path, capsys, sleeper):
    (tmp_path / PLAN).write_text("{}")
    monkeypatch.setattr(asking, "_LONGEST_STOP", 0.2)
    supervisor = identify(sleeper.pid)
    sleeper.signal(signal.SIGSTOP)
    os.waitid(os.P_PID, supervisor.pid, os.WSTOPPED | os.WNOWAIT)  # else SIGTERM may come first
    lock = (tmp_path / LOCK).open("w")
    json.dump({"pid": supervisor.pid, "url": "http://127.0.0.1:1"}, lock)
    lock.flush()
    monkeypatch.setattr(asking.folder, "_try_lock", lambda _descriptor: False)

    assert asking.stop(tmp_path) == 0
    lock.close()
    assert not supervisor.alive
    assert "it is killed" in capsys.readouterr().out


@pytest.mark.live
def test_the_status_of_a_cluster_without_its_supervisor_says_how_to_go_on(tmp_path, sleeper):
    options = argparse.Namespace(data=tmp_path, action="status", target=None)

    with pytest.raises(Stop) as stop:
        asking.run(options)

    assert stop.value.code == 1
    assert f"s3 (pid {sleeper.pid})" in stop.value.line
    assert "./simpul cluster stop" in stop.value.line


def test_a_command_that_could_not_be_taken_ends_no_listening(monkeypatch):
    """No file was left once, and the cluster heard no command any more."""
    taken = threading.Event()

    class Listener:
        def __init__(self) -> None:
            self.asked = 0

        def accept(self):
            self.asked += 1
            if self.asked == 1:
                raise OSError(24, "Too many open files")
            taken.set()
            threading.Event().wait()

    monkeypatch.setattr(control, "_BREATH", 0.0)
    given = (Listener(), lambda _name, _values: None)
    threading.Thread(target=control._accept, args=given, daemon=True).start()

    assert taken.wait(20)
