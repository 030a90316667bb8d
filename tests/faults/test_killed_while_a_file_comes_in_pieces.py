"""A process that dies while a file comes in pieces: sent on by another, it is one document."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.process.ids import uuid7
from tests.builders.pdfs import a_pdf_of_size
from tests.builders.service import one_service
from tests.documents.conftest import Desk, by_token

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
CONTENT = a_pdf_of_size(700 * 1024)
# What is left of an upload: another process, without memory of the first.
SEND_ON = """
import sys, time
from pathlib import Path
from uuid import UUID
from tests.builders.service import one_service
from tests.documents.conftest import Desk, by_token
from tests.faults.test_killed_while_a_file_comes_in_pieces import CONTENT
sending = by_token(Desk(one_service("documents", Path(sys.argv[1])), UUID(sys.argv[2])))
sending.where = sys.argv[3]
if sending.show()["state"] == "arriving":
    sending.send(CONTENT, sending.offset())
while (done := sending.finish()).status_code == 503:  # the checker of a busy machine
    time.sleep(1)
assert done.status_code == 201
"""


@pytest.mark.parametrize(
    "point", ["pieces.after_store", "upload.after_store", "pieces.after_finish"]
)
def test_there_is_one_document_in_the_end(tmp_path: Path, point: str):
    desk = Desk(one_service("documents", tmp_path), uuid7())
    sending = by_token(desk)
    sending.begin(len(CONTENT))
    points = tmp_path / "points"
    points.mkdir()
    (points / point).write_text("kill")

    assert send_on(tmp_path, desk, sending.where, points) == -signal.SIGKILL
    assert send_on(tmp_path, desk, sending.where, points) == 0

    (document,) = desk.get("documents").json["data"]
    assert desk.get(f"documents/{document['id']}/content").data == CONTENT
    assert len(desk.service.recorded("document.stored.v1")) == 1
    assert sending.show()["document"]["id"] == document["id"]
    desk.service.close()


def send_on(folder: Path, desk: Desk, where: str, points: Path) -> int:
    command = [sys.executable, "-c", SEND_ON, str(folder), str(desk.owner), where]
    settings = {"PATH": os.environ["PATH"], "FAILPOINTS": str(points)}
    return subprocess.run(command, cwd=ROOT, env=settings, check=False, timeout=100).returncode
