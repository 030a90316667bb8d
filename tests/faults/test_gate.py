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
    code, told = waited_for(command)
    reports = folder.default_folder().parent / REPORTS
    reports.mkdir(parents=True, exist_ok=True)
    (reports / f"{name}.txt").write_text(told, "utf-8")
    print(told)
    return code


def waited_for(command: list[str]) -> tuple[int, str]:
    """Whoever is broken off asks the command to end, so that it stops the cluster it started."""
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **output) as process:
        try:
            told, _ = process.communicate()
        except BaseException:
            process.terminate()
            raise
    return process.returncode, told


def test_a_hundred_deaths_lose_and_double_nothing_with_nobody_to_mend_it():
    assert chaos("gate", "--events", "5000", "--kills", "100", "--seed", "4") == 0


def test_nor_do_they_while_the_services_compare_themselves_with_the_feeds():
    options = ("--events", "300", "--kills", "12", "--seed", "5", "--reconcile", "5")
    assert chaos("gate-with-comparison", *options) == 0


def test_the_checker_finds_every_mistake_put_in_and_none_in_the_code_as_it_is():
    assert chaos("mistakes", "--mistakes") == 0
