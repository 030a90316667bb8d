"""Tests keep their files in memory where there is room."""

import subprocess
from pathlib import Path

from ops import scratch


def test_files_of_tests_lie_in_memory_and_are_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "ROOM", 1)
    with scratch.in_memory({"LANG": "C"}, tmp_path) as surroundings:
        folder = Path(surroundings["TMPDIR"])
        (folder / "kept").write_text("x")
        assert folder.parent == tmp_path
        assert surroundings["LANG"] == "C"
    assert not folder.exists()


def test_others_may_pass_through_the_folder_and_not_list_it(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "ROOM", 1)
    with scratch.in_memory({}, tmp_path) as surroundings:
        assert Path(surroundings["TMPDIR"]).stat().st_mode & 0o777 == 0o711


def test_without_room_they_stay_where_they_were(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "ROOM", 2**80)
    with scratch.in_memory({}, tmp_path) as surroundings:
        assert surroundings == {}


def test_where_there_is_no_such_place_they_stay_where_they_were(tmp_path):
    with scratch.in_memory({}, tmp_path / "none") as surroundings:
        assert surroundings == {}


def test_a_place_that_somebody_chose_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "ROOM", 1)
    with scratch.in_memory({"TMPDIR": "/elsewhere"}, tmp_path) as surroundings:
        assert surroundings == {"TMPDIR": "/elsewhere"}
    assert not list(tmp_path.iterdir())


def test_what_killed_tests_left_is_removed_and_what_others_use_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "ROOM", 1)
    ended = subprocess.Popen(["true"])
    ended.wait()
    left, used = tmp_path / f"simpul-tests-{ended.pid}-x", tmp_path / "simpul-tests-1-x"
    left.mkdir()
    used.mkdir()

    with scratch.in_memory({}, tmp_path):
        assert not left.exists()
        assert used.exists()
