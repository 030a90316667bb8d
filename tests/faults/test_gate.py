"""The gate: five thousand events, a hundred dead processes, and nothing lost or doubled.

`./simpul chaos` is the same for as long as one likes.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops import folder
from ops.cluster.install import missing
from ops.test import REPORTS

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module", autouse=True)
def _engines() -> None:
    if missing() and os.environ.get("CI") != "true":
        pytest.skip(f"not installed: {' '.join(missing())}")


def chaos(name: str, *options: str) -> int:
    """Run the command as a person would; `./simpul test` shows what it printed."""
    command = [sys.executable, "-m", "ops", "chaos", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    reports = folder.default_folder().parent / REPORTS
    reports.mkdir(parents=True, exist_ok=True)
    (reports / f"{name}.txt").write_text(told, "utf-8")
    print(told)
    return done.returncode


def test_a_hundred_deaths_lose_and_double_nothing_with_nobody_to_mend_it():
    assert chaos("gate", "--events", "5000", "--kills", "100", "--seed", "4") == 0


def test_nor_do_they_while_the_services_compare_themselves_with_the_feeds():
    options = ("--events", "300", "--kills", "12", "--seed", "5", "--reconcile", "5")
    assert chaos("gate-with-comparison", *options) == 0


def test_the_checker_finds_every_mistake_put_in_and_none_in_the_code_as_it_is():
    assert chaos("mistakes", "--mistakes") == 0
