"""Each stored document is the one that was uploaded: of many with one flipped bit, none is served
and all are found."""

import hashlib
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
import time_machine

from chassis.process.clock import now
from chassis.process.regions import in_region
from services.documents.models import Document
from services.documents.workers.scrubbing import EVERY, scrub
from tests.builders.pdfs import a_pdf
from tests.documents.conftest import Desk

SEED = 17


def archive(desk: Desk, count: int) -> dict[str, str]:
    """Documents with their objects; id → object key. Stored as an upload does it."""
    kept = {}
    with desk.service.app.app_context(), in_region("demo"):
        with desk.service.runtime.db.transaction() as session:
            for number in range(count):
                content, key = a_pdf(str(number)), f"demo/2026/01/{number:032x}"
                digest = hashlib.sha256(content).hexdigest()
                desk.machinery.store.put(key, BytesIO(content), size=len(content), sha256=digest)
                document = Document(
                    owner_id=desk.owner,
                    name=f"{number}.pdf",
                    sha256=digest,
                    size=len(content),
                    content_type="application/pdf",
                    pages=1,
                    signed=False,
                    object_key=key,
                )
                session.add(document)
                session.flush()
                kept[str(document.id)] = key
    return kept


def flip_a_bit(path: Path, rng: Random) -> None:
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


@pytest.mark.parametrize("count", [50, pytest.param(1_000, marks=pytest.mark.prove(part="rest"))])
def test_flipped_bits_are_all_found_and_none_is_served(desk: Desk, count: int):
    rng, stored = Random(SEED), archive(desk, count)
    for key in stored.values():
        flip_a_bit(Path(desk.machinery.store.root) / key, rng)

    served = [
        answer for answer in stored if desk.get(f"documents/{answer}/content").status_code == 200
    ]
    with time_machine.travel(now() + EVERY * 2), desk.service.app.app_context():
        while scrub():
            pass
        found = desk.service.runtime.db.session.connection().exec_driver_sql(
            "SELECT count(*) FROM documents WHERE corrupt_since IS NOT NULL"
        )

        assert (served, found.scalar()) == ([], count)
