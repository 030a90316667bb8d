"""The checker itself: documents, notices and mails, each class found in books that hold it."""

from dataclasses import replace

import pytest

from tests.faults.books import Attached, Heard, Mail
from tests.faults.clean import (
    ISSUED,
    MADE,
    STORED,
    SUBMITTED,
    clean_books,
    clean_ledger,
    forget,
    found,
)
from tests.faults.judging import RECEIPT


@pytest.fixture
def ledger(tmp_path):
    with clean_ledger(tmp_path) as written:
        yield written


@pytest.fixture
def books():
    return clean_books()


def test_an_acknowledged_attachment_without_trace_is_lost(ledger, books):
    del books.attached[0]

    assert found(ledger, books) == ["lost"]


def test_a_document_attached_twice_is_a_duplicate(ledger, books):
    books.attached.append(books.attached[0])

    assert found(ledger, books) == ["duplicate"]


def test_a_document_nobody_attached_is_a_ghost(ledger, books):
    books.attached.append(Attached("p1", "ijazah", "d1", "abc"))

    assert found(ledger, books) == ["ghost"]


def test_an_attachment_that_is_not_the_stored_document_is_torn(ledger, books):
    books.attached[0] = Attached("p1", "skp", "d1", "another")

    assert found(ledger, books) == ["torn"]


def test_a_proposal_without_its_receipt_is_a_loss_and_the_paper_hangs_in_the_air(ledger, books):
    del books.attached[1]

    assert found(ledger, books) == ["lost", "torn"]


def test_a_second_receipt_is_a_duplicate(ledger, books):
    books.attached.append(Attached("p1", RECEIPT, "r2", "ghi"))
    books.documents["r2"] = books.objects["r2"] = "ghi"
    books.made["r2"] = "proposal/p1/receipt"
    books.events.append(replace(MADE, id="e7", subject="document/r2", position=10))

    assert found(ledger, books) == ["duplicate"]


def test_a_receipt_of_what_nobody_handed_in_is_a_ghost(ledger, books):
    books.attached.append(Attached("p2", RECEIPT, "r2", "ghi"))
    books.documents["r2"] = books.objects["r2"] = "ghi"
    books.made["r2"] = "proposal/p2/receipt"
    books.events.append(replace(MADE, id="e7", subject="document/r2", position=10))

    assert found(ledger, books) == ["ghost"]


def test_a_result_without_its_document_is_torn(ledger, books):
    ledger.attempt("k4", "result", "p1")
    ledger.ack("k4", status=200, id="p1")
    books.history.append(("p1", "enter_result", 7))
    books.events.append(replace(SUBMITTED, id="e2", version=7, position=8, published=False))

    assert found(ledger, books) == ["torn"]


def test_a_document_without_its_event_is_torn(ledger, books):
    forget(books, "e0")

    assert found(ledger, books) == ["torn"]


@pytest.mark.parametrize(("entries", "kind"), [(0, ["lost"]), (1, []), (2, ["duplicate"])])
def test_the_document_of_a_result_is_in_the_archive_once(ledger, books, entries, kind):
    books.events.append(ISSUED)
    books.heard.append(Heard("documents", "e9", "done", None))
    books.archived["d1"] = entries

    assert found(ledger, books) == kind


def test_everybody_a_rule_names_must_be_told(ledger, books):
    books.due["e1", "rule", "somebody else"] = 1

    assert found(ledger, books) == ["lost"]


def test_a_notice_no_rule_asks_for_is_a_ghost(ledger, books):
    books.notices["n2"], books.mails["n2"] = ("e1", "rule", "a stranger"), Mail("pending")

    assert found(ledger, books) == ["ghost"]


def test_a_notice_without_the_mail_its_rule_asks_for_is_lost(ledger, books):
    books.mails.clear()

    assert found(ledger, books) == ["lost"]


@pytest.mark.parametrize("state", ["sent", "failed"])
def test_a_mail_that_never_came_is_lost_whatever_the_row_says(ledger, books, state):
    books.mails, books.copies = {"n1": Mail(state)}, {}

    assert found(ledger, books) == ["lost"]


@pytest.mark.parametrize(
    ("unsure", "crashes", "kind"), [(0, 9, ["copies"]), (1, 0, ["copies"]), (1, 1, [])]
)
def test_an_extra_copy_needs_a_doubtful_try_and_a_crash(ledger, books, unsure, crashes, kind):
    books.mails, books.copies = {"n1": Mail("sent", unsure)}, {"n1": 2}

    assert found(ledger, books, crashes=crashes) == kind


def test_nobody_gets_more_than_three_copies_however_often_the_sender_died(ledger, books):
    books.mails, books.copies = {"n1": Mail("sent", 9)}, {"n1": 4}

    assert found(ledger, books, crashes=99) == ["copies"]


def test_an_acknowledged_upload_without_its_row_is_lost(ledger, books):
    forget(books, "e0")
    del books.documents["d1"], books.objects["d1"]

    assert found(ledger, books) == ["lost"]


@pytest.mark.parametrize("bytes_", [None, "xyz"])
def test_a_document_without_its_bytes_is_torn(ledger, books, bytes_):
    books.objects["d1"] = bytes_

    assert found(ledger, books) == ["torn"]


def test_a_document_nobody_uploaded_is_a_ghost(ledger, books):
    books.documents["d2"] = books.objects["d2"] = "fff"
    books.events.append(
        replace(STORED, id="e2", subject="document/d2", position=4, published=False)
    )

    assert found(ledger, books) == ["ghost"]


def test_what_a_foreigner_saw_is_leaked(ledger, books):
    books.foreign = ["/api/proposal/v1/inbox lists p1"]

    assert found(ledger, books) == ["leaked"]
