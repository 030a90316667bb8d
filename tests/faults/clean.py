"""A small ledger and the clean books it must leave behind, for the tests of the checker itself."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.faults.books import Attached, Books, Heard, Mail, Recorded
from tests.faults.judging import RECEIPT, judge
from tests.faults.ledger import Ledger

HEARERS = {
    "notification": frozenset({"proposal.submitted.v1"}),
    "witness": frozenset({"proposal.submitted.v1", "document.stored.v1"}),
}
SUBMITTED = Recorded(
    "e1",
    "proposal",
    "proposal.submitted.v1",
    "proposal/p1",
    7,
    published=True,
    unrouted=False,
    version=5,
)
STORED = Recorded(
    "e0",
    "documents",
    "document.stored.v1",
    "document/d1",
    3,
    published=True,
    unrouted=False,
    version=1,
)
MADE = replace(STORED, id="e8", subject="document/r1", position=9, published=False)
ISSUED = Recorded(
    "e9",
    "proposal",
    "result_document.issued.v1",
    "result_document/d1",
    9,
    published=True,
    unrouted=False,
    version=1,
    data={"document_id": "d1"},
)
TOLD = ("e1", "rule", "somebody")


@contextmanager
def clean_ledger(folder: Path) -> Iterator[Ledger]:
    """One draft, one upload, attached, and one submit: all acknowledged."""
    with Ledger(folder / "ledger.jsonl") as written:
        written.attempt("k0", "draft", "")
        written.ack("k0", status=201, id="p1")
        written.attempt("k1", "submit", "p1")
        written.ack("k1", status=200, id="p1")
        written.attempt("k2", "upload", "abc")
        written.ack("k2", status=201, id="d1")
        written.attempt("k3", "attach", "p1", requirement="skp", document="d1")
        written.ack("k3", status=200, id="p1")
        yield written


def clean_books() -> Books:
    """What such a ledger must leave behind."""
    return Books(
        events=[SUBMITTED, STORED, MADE],
        heard=[
            Heard("witness", "e0", "done", None),
            *(Heard(hearer, "e1", "done", None) for hearer in HEARERS),
        ],
        hearers=HEARERS,
        effects=[("e0", "document/d1", 1), ("e1", "proposal/p1", 5)],
        walks={"j1": [1, 2, 3]},
        rings=Counter(["e0", "e1"]),
        history=[("p1", "submit", 5), ("p1", "set_sub_status", 6)],
        versions={"p1": 5},
        attached=[Attached("p1", "skp", "d1", "abc"), Attached("p1", RECEIPT, "r1", "def")],
        due=Counter([TOLD]),
        mailed=frozenset({"rule"}),
        notices={"n1": TOLD},
        mails={"n1": Mail("sent")},
        copies={"n1": 1},
        documents={"d1": "abc", "r1": "def"},
        made={"r1": "proposal/p1/receipt"},
        objects={"d1": "abc", "r1": "def"},
    )


def forget(books: Books, event: str) -> None:
    """Leave no trace of an event and what it caused."""
    books.events = [book for book in books.events if book.id != event]
    books.heard = [book for book in books.heard if book.event_id != event]
    books.effects = [effect for effect in books.effects if effect[0] != event]
    books.rings.pop(event, None)
    books.due = Counter({told: n for told, n in books.due.items() if told[0] != event})
    books.notices = {n: told for n, told in books.notices.items() if told[0] != event}
    books.mails = {n: mail for n, mail in books.mails.items() if n in books.notices}


def without_receipt(books: Books) -> None:
    """Leave no trace of the receipt that the submission had made."""
    forget(books, "e8")
    books.attached, books.made = [row for row in books.attached if row.document != "r1"], {}
    del books.documents["r1"], books.objects["r1"]


def found(ledger: Ledger, books: Books, *, crashes: int = 0) -> list[str]:
    """Name the classes that the checker finds."""
    return judge(ledger, books, backlog={}, sender_crashes=crashes).wrong()
