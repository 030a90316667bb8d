"""One goal for real, at the smallest size; how fast it was is nobody's business here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ops.bench import ROOT, arguments
from ops.main import parser_of

pytestmark = [pytest.mark.live, pytest.mark.slow]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", "--pace", "smallest", *words]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_goal_is_measured_with_its_costs_and_nothing_is_left(tmp_path: Path):
    before = processes()
    file = tmp_path / "found.json"

    ended = run("--only", "G3", "--forms", "embedded", "--json", str(file))

    assert ended.returncode == 0, ended.stderr
    [row] = json.loads(file.read_text())["rows"]
    assert (row["goal"], row["form"]) == ("G3", "embedded")
    assert row["ratio"], row["note"]
    assert row["ratio"]["count"] == 1
    assert row["costs"]["statements"] > 5
    assert row["costs"]["commits"] >= 1
    assert processes() <= before


def test_an_unknown_goal_ends_with_two_and_the_known_ones():
    ended = run("--only", "G77")

    assert ended.returncode == 2
    assert "G17" in ended.stdout


def processes() -> set[str]:
    """Name the processes of a bench that run now."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if "bench.process" in line or "bench.hello" in line:
            found.add(path.parent.name)
    return found


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ([], ["--pace", "whole"]),
        (["--short"], ["--pace", "short"]),
        (["--only", "G2,G3", "--write"], ["--only", "G2,G3", "--write"]),
        (["--json", "x.json"], ["--json", str(Path("x.json").resolve())]),
    ],
)
def test_the_command_hands_over_what_was_typed(typed, told):
    handed = arguments(parser_of("bench").parse_args(typed))

    assert [word for word in told if word not in handed] == []
