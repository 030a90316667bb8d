"""A process that dies while it makes a receipt leaves one paper in the end, wherever it died."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.journey import running

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
# What builds an embedded system also works off what is due; a minute later no claim holds.
RUN = """
import sys, time_machine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tests.builders.system import demo_system
from tests.journeys.journey import PUBLIC_URL
later = datetime.now(UTC) + timedelta(minutes=int(sys.argv[2]))
with time_machine.travel(later):
    demo_system(Path(sys.argv[1]), public_url=PUBLIC_URL).close()
"""


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A system in which a proposal was submitted and nothing was done about it yet."""
    folder = tmp_path_factory.mktemp("handed-in")
    with running(folder) as journey:
        journey.bebas_hukdis()
    return folder


def run(folder: Path, *, minutes: int, points: Path) -> int:
    command = [sys.executable, "-c", RUN, str(folder), str(minutes)]
    settings = {"PATH": os.environ["PATH"], "FAILPOINTS": str(points)}
    return subprocess.run(command, cwd=ROOT, env=settings, check=False, timeout=100).returncode


def counted(folder: Path, service: str, rest: str) -> int:
    with sqlite3.connect(folder / f"{service}.db") as db:
        return int(db.execute(f"SELECT count(*) FROM {rest}").fetchone()[0])  # noqa: S608 - our own


def papers(folder: Path) -> tuple[int, int]:
    """Count the receipts of proposals, and the documents that a service made."""
    return (
        counted(folder, "proposal", "proposal_documents WHERE requirement = 'tanda-terima'"),
        counted(folder, "documents", "documents WHERE made_by = 'svc-proposal'"),
    )


@pytest.mark.parametrize(
    "point", ["upload.after_store", "made_file.after_answer", "timers.before_commit"]
)
def test_there_is_one_paper_in_the_end(handed_in: Path, tmp_path: Path, point: str):
    folder, points = tmp_path / "system", tmp_path / "points"
    shutil.copytree(handed_in, folder)
    points.mkdir()
    (points / point).write_text("kill")

    assert run(folder, minutes=0, points=points) == -signal.SIGKILL
    assert run(folder, minutes=2, points=points) == 0

    assert papers(folder) == (1, 1)
