"""Logs keep a bounded size, and the reader finds every line."""

import signal
from types import SimpleNamespace

import pytest

from ops.cluster.logs import KEPT, Logs


@pytest.fixture
def logs(tmp_path) -> Logs:
    for name in ("logs", "nginx", "postgres/log"):
        (tmp_path / name).mkdir(parents=True)
    told: list[int] = []
    nginx = SimpleNamespace(
        listening=SimpleNamespace(folder=tmp_path / "nginx"),
        child=SimpleNamespace(signal=told.append),
        told=told,
    )
    return Logs(tmp_path, nginx, most=10)


def test_what_is_small_is_left_alone(logs):
    path = logs.folder / "logs" / "proposal-web.log"
    path.write_text("short")
    logs.look()

    assert [file.name for file in path.parent.iterdir()] == ["proposal-web.log"]


def test_what_is_large_is_moved_away_whole_and_the_latest_are_kept(logs):
    path = logs.folder / "logs" / "proposal-web.log"
    for number in range(KEPT + 3):
        path.write_text(f"line {number} of many")
        logs.look()
    found = {file.name: file.read_text() for file in path.parent.iterdir()}

    assert len(found) == KEPT
    assert found["proposal-web.log.1"] == f"line {KEPT + 2} of many"
    assert found[f"proposal-web.log.{KEPT}"] == "line 3 of many"


def test_the_edge_is_told_once_when_one_of_its_logs_was_moved(logs):
    (logs.nginx.listening.folder / "access.log").write_text("a long line of the edge")
    (logs.nginx.listening.folder / "nginx.log").write_text("a long line of the edge")
    logs.look()
    logs.look()

    assert logs.nginx.told == [signal.SIGUSR1]


def test_of_the_databases_own_files_the_latest_are_kept(logs):
    folder = logs.folder / "postgres" / "log"
    for number in range(10, 20):
        (folder / f"postgresql-{number}.log").write_text("")
    logs.look()

    assert min(file.name for file in folder.iterdir()) == f"postgresql-{19 - KEPT}.log"
