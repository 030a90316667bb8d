"""./simpul test, ./simpul lint and the build machine's script: what they choose and report."""

import argparse
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ops import lint, test

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
            self.installed |= set(test.PROGRAMS[command[-1]])
        return subprocess.CompletedProcess(command, 0)


@pytest.fixture
def machine(monkeypatch):
    """No program a test looks for is there; apt-get is; we are root on a build machine."""

    def become(made):
        monkeypatch.setattr(shutil, "which", made.which)
        monkeypatch.setattr(subprocess, "run", made.run)
        return made

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("CI", "true")
    return become


def test_a_build_machine_gets_the_programs_it_lacks(machine):
    bare = machine(Machine("apt-get", "nginx"))

    absent = test.after_installing(test.missing())

    assert absent == []
    assert bare.ran[0] == ["apt-get", "-q", "update"]
    assert [command[-1] for command in bare.ran[1:]] == [
        "chromium",
        "postgresql",
        "rabbitmq-server",
    ]
    assert all("--no-install-recommends" in command for command in bare.ran[1:])


def test_one_package_that_cannot_be_had_keeps_no_other_away_and_is_named(machine):
    machine(Machine("apt-get", unknown=("chromium",)))

    absent = test.after_installing(test.missing())

    assert absent == ["chromium"]
    assert "chromium" in test.left_out(fast=False, absent=absent)


def test_nothing_is_installed_on_a_persons_machine(machine, monkeypatch):
    monkeypatch.delenv("CI")
    bare = machine(Machine("apt-get"))

    absent = test.after_installing(test.missing())

    assert bare.ran == []
    assert set(absent) == set(test.PROGRAMS)


def test_nothing_is_installed_by_somebody_who_is_not_root(machine, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    bare = machine(Machine("apt-get"))

    test.after_installing(test.missing())

    assert bare.ran == []


def test_nothing_is_installed_where_nothing_is_missing(machine):
    full = machine(
        Machine("apt-get", *(name for names in test.PROGRAMS.values() for name in names))
    )

    assert test.after_installing(test.missing()) == []
    assert full.ran == []
    assert test.left_out(fast=False, absent=[]) == ""


def test_the_inner_loop_leaves_out_what_is_slow_and_installs_nothing(
    machine, tmp_path, monkeypatch
):
    monkeypatch.setenv("SIMPUL_HOME", str(tmp_path))
    bare = machine(Machine("apt-get"))
    options = argparse.Namespace(fast=True, k=None, n=2, paths=[])

    test.run(options)

    assert len(bare.ran) == 1
    expression = bare.ran[0][bare.ran[0].index("-m", 3) + 1]
    assert all(f"not {word}" in expression for word in ("browser", "live", "slow"))
    assert "--fast" in test.left_out(fast=True, absent=[])


def test_the_summary_counts_what_failed_apart_from_what_passed(tmp_path):
    report = tmp_path / "tests.xml"
    report.write_text(
        '<testsuites><testsuite tests="10" failures="2" errors="1" skipped="3"/></testsuites>'
    )

    assert test.counted(report) == {"passed": 4, "failed": 3, "skipped": 3}


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
    assert calls == [f"lint CI=true {checkout}", f"test CI=true {checkout}"]


@pytest.mark.parametrize("failing", ["lint", "test"])
def test_the_build_fails_when_either_does_and_runs_both(checkout, tmp_path, failing):
    ended = build(checkout, cwd=tmp_path, FAILS=failing)

    assert ended.returncode != 0
    assert len((checkout / "calls").read_text().splitlines()) == 2
