"""./simpul test, ./simpul lint and the build machine's script: what they choose and report."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ops import lint, test
from ops.speech import Stop

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


@pytest.fixture
def bare_machine(monkeypatch):
    """No browser; apt-get is there; we are root on a build machine."""
    there = {"apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr(shutil, "which", there.get)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("CI", "true")
    return there


def test_a_build_machine_gets_the_browser_it_lacks(bare_machine, commands):
    test.choice(fast=False)

    assert [command[:2] for command in commands.ran] == [
        ["apt-get", "update"],
        ["apt-get", "install"],
    ]
    assert "--no-install-recommends" in commands.ran[1]


def test_nothing_is_installed_on_a_persons_machine(bare_machine, commands, monkeypatch):
    monkeypatch.delenv("CI")

    chosen, left_out = test.choice(fast=False)

    assert commands.ran == []
    assert chosen == "not browser"
    assert "chromium" in left_out[1].lower()


def test_nothing_is_installed_by_somebody_who_is_not_root(bare_machine, commands, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert test.choice(fast=False)[0] == "not browser"
    assert commands.ran == []


def test_a_browser_that_cannot_be_installed_stops_a_build(bare_machine, monkeypatch):
    monkeypatch.setattr(subprocess, "run", Commands(ends={"install": 100}).run)

    with pytest.raises(Stop):
        test.choice(fast=False)


def test_with_a_browser_nothing_is_left_out(bare_machine, commands):
    bare_machine["chromium"] = "/usr/bin/chromium"

    assert test.choice(fast=False) == ("", None)
    assert commands.ran == []


def test_the_inner_loop_leaves_out_what_is_slow(bare_machine, commands):
    chosen, left_out = test.choice(fast=True)

    assert {"browser", "live", "slow"} <= set(chosen.split())
    assert "--fast" in left_out[0]
    assert commands.ran == []


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
