"""./simpul prove: every part has tests, and what passed is not run again."""

import argparse
import subprocess
from pathlib import Path

import pytest

from ops import programs, prove, test

ROOT = Path(__file__).parents[2]
CODE_OF_TODAY = prove.code_of_today
REPORT = '<testsuites><testsuite tests="{tests}" failures="{failures}" skipped="{skipped}"/></testsuites>'


class Pytest:
    """Stands for pytest: remembers which parts ran, and ends as a test wants it to."""

    def __init__(self):
        self.ran = []
        self.ends = {}

    def __call__(self, report, _words, _settings):
        name = report.stem.removeprefix("prove-")
        self.ran.append(name)
        ending = {"tests": 3, "failures": 0, "skipped": 0} | self.ends.get(name, {})
        report.write_text(REPORT.format(**ending))
        return int(ending["failures"] > 0)


@pytest.fixture
def runs(monkeypatch, tmp_path):
    made = Pytest()
    monkeypatch.setenv("SIMPUL_HOME", str(tmp_path))
    monkeypatch.setattr(test, "pytest", made)
    monkeypatch.setattr(programs, "missing", list)
    monkeypatch.setattr(prove.minio, "begin", lambda _folder: None)
    monkeypatch.setattr(prove, "code_of_today", lambda: "a commit")
    return made


def options(*only, again=False, list_=False):
    return argparse.Namespace(only=list(only), again=again, list=list_)


def test_every_part_runs_once_and_what_passed_is_remembered(runs):
    assert prove.run(options()) == 0
    assert runs.ran == [part.name for part in prove.PARTS]
    assert prove.run(options()) == 0
    assert len(runs.ran) == len(prove.PARTS)


def test_what_failed_or_was_skipped_is_all_that_runs_again(runs):
    runs.ends = {"gate": {"failures": 1}, "minio": {"skipped": 1}}
    assert prove.run(options()) == 1
    runs.ran.clear()
    runs.ends = {}

    assert prove.run(options()) == 0
    assert runs.ran == ["gate", "minio"]


def test_a_run_that_is_broken_off_goes_on_where_it_was(runs, monkeypatch):
    def broken_off(report, words, settings):
        if "mistakes" in report.stem:
            raise KeyboardInterrupt
        return runs(report, words, settings)

    with monkeypatch.context() as until_then, pytest.raises(KeyboardInterrupt):
        until_then.setattr(test, "pytest", broken_off)
        prove.run(options())
    before = list(runs.ran)

    prove.run(options())

    assert before == ["gate", "comparison"]
    assert runs.ran == [part.name for part in prove.PARTS]


def test_another_commit_has_everything_before_it(runs, monkeypatch):
    prove.run(options())
    monkeypatch.setattr(prove, "code_of_today", lambda: "another commit")
    runs.ran.clear()

    prove.run(options("gate"))

    assert runs.ran == ["gate"]


def test_one_part_can_be_asked_for_and_had_again(runs):
    prove.run(options("machine"))
    prove.run(options("machine"))
    prove.run(options("machine", again=True))

    assert runs.ran == ["machine", "machine"]


def test_the_list_names_parts_and_runs_nothing(runs, capsys):
    prove.run(options("gate"))
    runs.ran.clear()

    assert prove.run(options(list_=True)) == 0
    assert runs.ran == []
    told = capsys.readouterr().out
    assert all(part.name in told for part in prove.PARTS)


@pytest.fixture
def checkout(monkeypatch, tmp_path):
    monkeypatch.setattr(test, "ROOT", tmp_path)
    (tmp_path / "one.py").write_text("1")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.id"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "One"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def test_the_code_of_today_is_another_with_each_change_that_is_not_committed(checkout):
    commit = prove._git("rev-parse", "HEAD").decode().strip()
    seen = [prove.code_of_today()]

    for name, content in (("one.py", "2"), ("new.py", "1"), ("new.py", "2")):
        (checkout / name).write_text(content)
        seen.append(prove.code_of_today())

    assert seen[0] == commit
    assert all(code.startswith(f"{commit}+") for code in seen[1:])
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("missing", ["repository", "git"])
def test_code_without_a_name_has_everything_before_it(runs, monkeypatch, tmp_path, missing):
    monkeypatch.setattr(prove, "code_of_today", CODE_OF_TODAY)
    monkeypatch.setattr(test, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    if missing == "git":
        monkeypatch.setenv("PATH", "")
    assert prove.run(options("machine")) == 0

    assert prove.run(options("machine")) == 0
    assert runs.ran == ["machine", "machine"]


def test_every_part_has_tests():
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))

    for part in prove.PARTS:
        assert part.whole or f'prove(part="{part.name}")' in sources
        assert all((ROOT / path).exists() for path in part.whole)


def test_what_a_long_test_found_is_told_by_its_report():
    """Parts run in several workers, which have no screen: what they print there is lost."""
    past_pytest = "capsys" + ".disabled"
    tests = (ROOT / "tests").rglob("test_*.py")

    assert [path.name for path in tests if past_pytest in path.read_text("utf-8")] == []
