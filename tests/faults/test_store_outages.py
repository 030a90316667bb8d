"""The S3 server is away, or the way to it breaks: no half document, and everything else goes on."""

import hashlib
import threading
import time
import uuid

import pytest

from ops.engines.s3 import BUCKET
from ops.journey.case import DOCUMENTS
from tests.builders.beside import BESIDE
from tests.builders.pdfs import a_pdf_of_size
from tests.faults.office import only_clear_503, statuses
from tests.faults.processes import wait_for

pytestmark = [pytest.mark.live, pytest.mark.alone]
LONG = pytest.mark.prove(part="outages")
SIZE = 200_000


def stopped(system):
    system.engines["s3"].child.kill()
    return system.engines["s3"].start


def dropped(system):
    system.links["s3"].drop_after(SIZE // 2)
    return system.links["s3"].heal


def a_byte_a_second(system):
    system.links["s3"].slow(rate=1)
    return system.links["s3"].heal


@pytest.mark.parametrize(
    "broken",
    [stopped, pytest.param(dropped, marks=LONG), pytest.param(a_byte_a_second, marks=LONG)],
)
def test_an_upload_is_a_clear_503_the_rest_goes_on_and_the_same_upload_works_later(system, broken):
    office, content, key = system.office, a_pdf_of_size(SIZE, broken.__name__), str(uuid.uuid4())
    before = rows(system)
    mend = broken(system)
    uploading = threading.Thread(target=office.upload, args=(content, key))
    uploading.start()
    office.round()
    office.look_for(1)
    meanwhile = statuses(office.answers, "submit", "decide", "read")
    uploading.join(40)
    [refused] = [answer for answer in office.answers if answer.what == "upload"]
    during = rows(system)
    mend()
    back = wait_for(lambda: office.upload(content, key).status == 201, 30)
    again = office.upload(content, key)

    print(
        f"{broken.__name__}: told after {refused.seconds:.1f} s, taken {back:.1f} s after mending"
    )
    assert only_clear_503([refused]) == [refused]
    assert refused.seconds < 30 + BESIDE
    assert set(meanwhile) == {200}
    assert during == before
    assert rows(system) - before == {(again.json()["id"],)}
    assert downloaded(office, again.json()["id"]) == content
    assert torn(system) == []


def rows(system):
    """What people sent; the papers that services make meanwhile come when they come."""
    sent = "SELECT id FROM documents WHERE made_by IS NULL"
    return {(str(one),) for [one] in system.ask_database("documents", sent)}


def downloaded(office, document):
    path = f"{DOCUMENTS}/documents/{document}/content"
    return office.ask("download", "applicant", "GET", path).body


def torn(system):
    """Documents without their whole object, and papers of proposals without their document."""
    objects = system.supervisor.plan.folder / "s3" / "objects" / BUCKET
    statement = "SELECT id, object_key, size, sha256 FROM documents"
    known, wrong = set(), []
    for document, key, size, sha256 in system.ask_database("documents", statement):
        known.add(document)
        path = objects / key
        content = path.read_bytes() if path.is_file() else b""
        if (len(content), hashlib.sha256(content).hexdigest()) != (size, sha256):
            wrong.append((document, len(content), size))
    papers = system.ask_database("proposal", "SELECT DISTINCT document_id FROM proposal_documents")
    return wrong + [one for [one] in papers if one not in known]


def test_readyz_shows_the_store_that_is_away(system):
    [web] = system.supervisor.parts["documents"].webs
    system.links["s3"].cut()
    began = time.monotonic()
    cut = system.ready(web)
    system.links["s3"].half_open()
    silent = system.ready(web)
    took = time.monotonic() - began
    system.links["s3"].heal()

    assert (cut["status"], cut["checks"]["store"]) == ("degraded", "degraded")
    assert (silent["status"], silent["checks"]["store"]) == ("degraded", "degraded")
    assert took < 6 + BESIDE
    wait_for(lambda: system.ready(web)["checks"]["store"] == "ok", 15)
