"""A service has a file kept by documents, once, and believes only a receipt it can verify."""

import pytest

from chassis.http.made_files import FileNotKept, NewFile, made
from chassis.http.peers import CalledInTransaction, PeerUnavailable
from chassis.http.receipts import Receipt, ReceiptInvalid
from chassis.process.ids import uuid7
from chassis.process.regions import in_region
from tests.builders.keeper import Keeper
from tests.builders.letters.models import db
from tests.builders.service import Service
from tests.builders.tokens import Signer

OWNER = uuid7()
SUBJECT = "letter/1/copy"


@pytest.fixture
def documents(letters: Service) -> Keeper:
    return Keeper(letters.signer).beside(letters)


def a_file(written: list[str] | None = None, *, version: int = 1) -> NewFile:
    def write() -> bytes:
        if written is not None:
            written.append(SUBJECT)
        return b"PDF"

    return NewFile(SUBJECT, version, OWNER, "salinan.pdf", write)


def make(letters: Service, file: NewFile) -> Receipt:
    with letters.app.app_context(), in_region("demo"):
        return made(file)


def test_a_file_is_sent_and_its_verified_receipt_comes_back(letters, documents):
    receipt = make(letters, a_file())

    assert (receipt.owner_id, receipt.region, receipt.pages) == (OWNER, "demo", 1)
    assert documents.kept == {f"demo {SUBJECT} 1": b"PDF"}


def test_what_is_kept_already_is_not_written_again(letters, documents):
    written: list[str] = []

    make(letters, a_file(written))
    make(letters, a_file(written))
    assert len(written) == 1

    make(letters, a_file(written, version=2))
    assert len(written) == 2


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (403, PeerUnavailable),
        (404, PeerUnavailable),
        (409, FileNotKept),
        (422, FileNotKept),
        (429, PeerUnavailable),
        (500, PeerUnavailable),
        (503, PeerUnavailable),
        (507, PeerUnavailable),
    ],
)
def test_a_refusal_is_told_from_an_outage(letters, documents, status, refusal):
    documents.status = status

    with pytest.raises(refusal):
        make(letters, a_file())


def test_an_owner_whom_documents_does_not_know_yet_is_waited_for(letters, documents):
    documents.status, documents.code = 409, "owner_unknown"

    with pytest.raises(PeerUnavailable):
        make(letters, a_file())


def test_what_an_earlier_try_left_is_taken_though_its_bytes_differ(letters, documents):
    documents.status, documents.code, documents.loses_answers = 409, "made_otherwise", True

    assert make(letters, a_file()).owner_id == OWNER


def test_what_an_earlier_try_left_to_another_owner_is_not_taken(letters, documents):
    documents.status, documents.code, documents.loses_answers = 409, "made_otherwise", True
    documents.claims = {"owner": str(uuid7())}

    with pytest.raises(FileNotKept):
        make(letters, a_file())


@pytest.mark.parametrize("claim", [{"owner": str(uuid7())}, {"region": "lain"}])
def test_a_receipt_of_somebody_else_is_not_believed(letters, documents, claim):
    documents.claims = claim

    with pytest.raises(FileNotKept):
        make(letters, a_file())


def test_a_forged_receipt_is_not_believed(letters, documents):
    documents.signer = Signer()

    with pytest.raises(ReceiptInvalid):
        make(letters, a_file())


def test_it_is_not_called_in_a_transaction(letters, documents):
    with (
        letters.app.app_context(),
        in_region("demo"),
        db.transaction(),
        pytest.raises(CalledInTransaction),
    ):
        made(a_file())
