"""The gate: events by the thousand, processes dead by the dozen, and nothing lost or doubled.

`./simpul chaos` is the same for as long as one likes.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops import reports
from ops.cluster.install import missing
from tests.builders.commit import seed_of_the_commit

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.live, pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module", autouse=True)
def _engines() -> None:
    if missing() and os.environ.get("CI") != "true":
        pytest.skip(f"not installed: {' '.join(missing())}")


def chaos(name: str, *options: str) -> int:
    """Run the command as a person would; `./simpul test` shows what it printed."""
    command = [sys.executable, "-m", "ops", "chaos", *options]
    code, told = waited_for(command)
    reports.write(name, told)
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


def test_every_kind_of_process_dies_and_nothing_is_lost_or_doubled_with_nobody_to_mend_it():
    options = ("--events", "1500", "--kills", "30", "--pace", "0.7")
    assert chaos("gate", *options, "--seed", str(seed_of_the_commit())) == 0


@pytest.mark.prove(part="gate")
def test_a_hundred_deaths_lose_and_double_nothing():
    assert chaos("gate", "--events", "5000", "--kills", "100", "--seed", "4") == 0


@pytest.mark.prove(part="comparison")
def test_nor_do_they_while_the_services_compare_themselves_with_the_feeds():
    options = ("--events", "300", "--kills", "12", "--seed", "5", "--reconcile", "5")
    assert chaos("gate-with-comparison", *options) == 0


@pytest.mark.prove(part="mistakes")
def test_the_checker_finds_every_mistake_put_in_and_none_in_the_code_as_it_is():
    assert chaos("mistakes", "--mistakes") == 0
