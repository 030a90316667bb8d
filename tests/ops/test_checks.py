"""./simpul test, ./simpul lint and the build machine's script: what they choose and report."""

import argparse
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ops import lint, programs, reports, test
from ops.cluster import install
from ops.main import main
from ops.speech import Stop, at_least

ROOT = Path(__file__).parents[2]


class Commands:
    """Stands for the machine: remembers what was run, says how it ended."""

    def __init__(self, ends=None):
        self.ran = []
        self._ends = ends or {}

    def run(self, command, **_more):
        self.ran.append(command)
        code = next((code for word, code in self._ends.items() if word in command), 0)
        return subprocess.CompletedProcess(command, code)


@pytest.fixture
def commands(monkeypatch):
    made = Commands()
    monkeypatch.setattr(subprocess, "run", made.run)
    return made


class Machine:
    """Stands for the machine: what is installed, what was run, what cannot be installed."""

    def __init__(self, *installed, unknown=()):
        self.installed = set(installed)
        self.ran = []
        self._unknown = unknown

    def which(self, name, **_where):
        return f"/usr/bin/{name}" if name in self.installed else None

    def run(self, command, **_more):
        self.ran.append(command)
        if "install" in command and command[-1] not in self._unknown:
            self.installed |= set(programs.PROGRAMS[command[-1]])
        return subprocess.CompletedProcess(command, 0)


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """No program a test looks for is there; apt-get is; we are root on a build machine."""
    # The real one is the machine's: another test that installs would see it come and go.
    monkeypatch.setattr(install, "POLICY", tmp_path / "policy-rc.d")

    def become(made):
        monkeypatch.setattr(shutil, "which", made.which)
        monkeypatch.setattr(subprocess, "run", made.run)
        return made

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("CI", "true")
    return become


def test_a_build_machine_gets_the_programs_it_lacks(machine):
    bare = machine(Machine("apt-get", "nginx"))

    absent = programs.after_installing(programs.missing())

    assert absent == []
    assert bare.ran[0] == ["apt-get", "-q", "update"]
    assert [command[-1] for command in bare.ran[1:]] == [
        "chromium",
        "postgresql",
        "rabbitmq-server",
        "clamav-daemon",
    ]
    assert all("--no-install-recommends" in command for command in bare.ran[1:])


def test_one_package_that_cannot_be_had_keeps_no_other_away_and_is_named(machine):
    machine(Machine("apt-get", unknown=("chromium",)))

    absent = programs.after_installing(programs.missing())

    assert absent == ["chromium"]
    assert "chromium" in programs.not_tested(absent)


def test_nothing_is_installed_on_a_persons_machine(machine, monkeypatch):
    monkeypatch.delenv("CI")
    bare = machine(Machine("apt-get"))

    absent = programs.after_installing(programs.missing())

    assert bare.ran == []
    assert set(absent) == set(programs.PROGRAMS)


def test_nothing_is_installed_by_somebody_who_is_not_root(machine, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    bare = machine(Machine("apt-get"))

    programs.after_installing(programs.missing())

    assert bare.ran == []


def test_nothing_is_installed_where_nothing_is_missing(machine):
    full = machine(
        Machine("apt-get", *(name for names in programs.PROGRAMS.values() for name in names))
    )

    assert programs.after_installing(programs.missing()) == []
    assert full.ran == []
    assert test.left_out(fast=False, absent=[]) == ""


def options(*paths, fast=False):
    return argparse.Namespace(fast=fast, k=None, n=2, paths=list(paths))


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("SIMPUL_HOME", str(tmp_path))


def expression_of(command):
    return command[command.index("-m", 3) + 1]


def test_the_inner_loop_leaves_out_what_is_slow_and_installs_nothing(machine, home):
    bare = machine(Machine("apt-get"))

    code = test.run(options(fast=True))

    assert code == 0
    assert len(bare.ran) == 1
    left_out = ("browser", "live", "slow", "alone", "prove")
    assert all(f"not {word}" in expression_of(bare.ran[0]) for word in left_out)
    assert "--fast" in test.left_out(fast=True, absent=[])


def test_the_lane_is_compiled_once_and_runs_in_one_call_without_what_only_prove_asks_for(
    machine, home
):
    full = machine(
        Machine("apt-get", *(name for names in programs.PROGRAMS.values() for name in names))
    )

    assert test.run(options()) == 0
    assert [expression_of(command) for command in full.ran] == ["not prove"] * 2
    assert ["--collect-only" in command for command in full.ran] == [True, False]


def test_a_build_machine_without_an_engine_fails_although_every_test_passed(machine, home):
    machine(Machine("apt-get", unknown=("rabbitmq-server",)))

    assert test.run(options()) != 0


def test_a_person_without_an_engine_is_told_and_does_not_fail(machine, home, monkeypatch):
    monkeypatch.delenv("CI")
    machine(Machine())

    assert test.run(options()) == 0


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("proposal", "tests/proposal"),
        ("tests/proposal", "tests/proposal"),
        ("chassis", "tests/chassis"),
        ("tests/ops/test_checks.py::test_a", "tests/ops/test_checks.py::test_a"),
        ("ops/test_checks.py::test_a", "tests/ops/test_checks.py::test_a"),
        (str(test.ROOT / "tests" / "ops"), str(test.ROOT / "tests" / "ops")),
    ],
)
def test_a_folder_of_tests_is_named_by_itself(word, path):
    assert test.path_of(word) == path


@pytest.mark.parametrize("word", ["nothing", "tests/nothing.py", "services/proposal", "/etc", ".."])
def test_what_holds_no_tests_is_named_before_anything_runs(machine, home, word):
    bare = machine(Machine("apt-get"))

    with pytest.raises(Stop, match=re.escape(repr(word))):
        test.run(options("ops", word, fast=True))
    assert bare.ran == []


def test_a_choice_without_any_test_is_said_to_be_one(monkeypatch, home):
    monkeypatch.setattr(test, "pytest", lambda *_: test.NO_TESTS)

    with pytest.raises(Stop, match="tidak ada pengujian yang terpilih") as stopped:
        test.run(options("ops", fast=True))
    assert stopped.value.code != 0


@pytest.mark.parametrize(
    ("least", "word"), [(0, "-1"), (1, "0"), (0, "two"), (0, "1.5"), (0.0, "-0.1"), (0.0, "nan")]
)
def test_a_number_that_makes_no_sense_is_no_option(least, word):
    with pytest.raises(argparse.ArgumentTypeError, match=re.escape(f"{word!r} bukan angka")):
        at_least(least)(word)


@pytest.mark.parametrize("words", ["chaos --events 0", "chaos --kills -1", "test -n -1"])
def test_such_a_number_ends_its_command_at_once(capsys, words):
    with pytest.raises(SystemExit):
        main(words.split())

    assert "bukan angka mulai" in capsys.readouterr().err


def test_the_summary_counts_what_failed_apart_from_what_passed(tmp_path):
    report = tmp_path / "tests.xml"
    report.write_text(
        '<testsuites><testsuite tests="10" failures="2" errors="1" skipped="3"/></testsuites>'
    )

    assert reports.counted(report) == {"passed": 4, "failed": 3, "skipped": 3}


def test_the_slowest_are_named_with_their_seconds(tmp_path):
    report = tmp_path / "tests.xml"
    cases = "".join(f'<testcase classname="tests.a" name="t{n}" time="{n}.5"/>' for n in range(12))
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")

    assert reports.slowest(report)[:2] == [(11.5, "tests.a::t11"), (10.5, "tests.a::t10")]
    assert len(reports.slowest(report)) == 10


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("test_a", "test_a"),
        ("test_a@clusters", "test_a"),
        ("test_a[embedded]@chromium]", "test_a[embedded]"),
        ("test_a[someone@somewhere.test]", "test_a[someone@somewhere.test]"),
        ("test_a[someone@somewhere.test]@clusters]", "test_a[someone@somewhere.test]"),
    ],
)
def test_the_slowest_are_named_as_they_are_called(tmp_path, told, name):
    report = tmp_path / "tests.xml"
    report.write_text(f'<testsuite><testcase classname="a" name="{told}" time="1"/></testsuite>')

    assert reports.slowest(report) == [(1.0, f"a::{name}")]


def test_every_check_runs_although_the_first_fails(monkeypatch, capsys):
    commands = Commands(ends={"ruff": 1})
    monkeypatch.setattr(subprocess, "run", commands.run)

    code = lint.run(None)

    assert code == 1
    assert len(commands.ran) == len(lint.CHECKS)
    assert "ruff check, ruff format" in capsys.readouterr().out


def test_lint_passes_when_every_check_passes(commands):
    assert lint.run(None) == 0


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose ./simpul only writes down how it was called."""
    (tmp_path / "checkout" / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", tmp_path / "checkout" / ".ci" / "run")
    simpul = tmp_path / "checkout" / "simpul"
    simpul.write_text('#!/bin/sh\necho "$1 CI=$CI $PWD" >> calls\n[ "$1" != "$FAILS" ]\n')
    simpul.chmod(0o755)
    return tmp_path / "checkout"


def build(checkout, cwd, **surroundings):
    return subprocess.run(
        [checkout / ".ci" / "run"],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **surroundings},
        check=False,
        capture_output=True,
    )


def test_the_build_machines_script_lints_and_tests_from_any_folder(checkout, tmp_path):
    ended = build(checkout, cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    calls = (checkout / "calls").read_text().splitlines()
    assert sorted(calls) == [f"lint CI=true {checkout}", f"test CI=true {checkout}"]


@pytest.mark.parametrize("failing", ["lint", "test"])
def test_the_build_fails_when_either_does_and_runs_both(checkout, tmp_path, failing):
    ended = build(checkout, cwd=tmp_path, FAILS=failing)

    assert ended.returncode != 0
    assert len((checkout / "calls").read_text().splitlines()) == 2


@pytest.mark.xdist_group("of-this-test")
def test_what_belongs_together_is_told_to_the_workers(request):
    """A worker tells the others by the test's id which group it is of."""
    by_group = getattr(request.config.option, "loadgroup", False)

    assert request.node.nodeid.endswith("@of-this-test") is by_group
