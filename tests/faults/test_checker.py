"""The checker itself: each class of fault is found in books that hold it, and clean books are clean."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.faults.books import Attached, Books, Heard, Mail, Recorded
from tests.faults.judging import judge
from tests.faults.ledger import Ledger
from tests.faults.verdict import CLASSES

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


@pytest.fixture
def ledger(tmp_path):
    """One draft, one upload, attached, and one submit: all acknowledged."""
    with Ledger(tmp_path / "ledger.jsonl") as written:
        written.attempt("k0", "draft", "")
        written.ack("k0", status=201, id="p1")
        written.attempt("k1", "submit", "p1")
        written.ack("k1", status=200, id="p1")
        written.attempt("k2", "upload", "abc")
        written.ack("k2", status=201, id="d1")
        written.attempt("k3", "attach", "p1", requirement="skp", document="d1")
        written.ack("k3", status=200, id="p1")
        yield written


@pytest.fixture
def books():
    """What such a ledger must leave behind."""
    return Books(
        events=[SUBMITTED, STORED],
        heard=[
            Heard("witness", "e0", "done", None),
            *(Heard(hearer, "e1", "done", None) for hearer in HEARERS),
        ],
        hearers=HEARERS,
        effects=[("e0", "document/d1", 1), ("e1", "proposal/p1", 5)],
        history=[("p1", "submit", 5), ("p1", "set_sub_status", 6)],
        versions={"p1": 5},
        attached=[Attached("p1", "skp", "d1", "abc")],
        due=Counter([TOLD]),
        mailed=frozenset({"rule"}),
        notices={"n1": TOLD},
        mails={"n1": Mail("sent")},
        copies={"n1": 1},
        documents={"d1": "abc"},
        objects={"d1": "abc"},
    )


def forget(books, event):
    """Leave no trace of an event and what it caused."""
    books.events = [one for one in books.events if one.id != event]
    books.heard = [one for one in books.heard if one.event_id != event]
    books.effects = [one for one in books.effects if one[0] != event]
    books.due = Counter({told: n for told, n in books.due.items() if told[0] != event})
    books.notices = {n: told for n, told in books.notices.items() if told[0] != event}
    books.mails = {n: mail for n, mail in books.mails.items() if n in books.notices}


def found(ledger, books, *, backlog=None, crashes=0):
    return judge(ledger, books, backlog=backlog or {}, sender_crashes=crashes).wrong()


def test_what_was_promised_and_happened_is_clean(ledger, books):
    verdict = judge(ledger, books, backlog={}, sender_crashes=0)

    assert verdict.wrong() == []
    assert all(verdict.counts[kind] == 0 for kind in CLASSES)
    assert verdict.figures["operations acknowledged"] == 4


def test_an_acknowledged_step_without_trace_is_lost(ledger, books):
    forget(books, "e1")
    books.history = []

    assert found(ledger, books) == ["lost"]


def test_an_acknowledged_draft_without_trace_is_lost(ledger, books):
    books.versions = {}

    assert found(ledger, books) == ["lost"]


def test_more_drafts_than_anybody_asked_for_are_duplicates(ledger, books):
    books.versions["p2"] = 1

    assert found(ledger, books) == ["duplicate"]


def test_an_acknowledged_attachment_without_trace_is_lost(ledger, books):
    books.attached = []

    assert found(ledger, books) == ["lost"]


def test_a_document_attached_twice_is_a_duplicate(ledger, books):
    books.attached *= 2

    assert found(ledger, books) == ["duplicate"]


def test_a_document_nobody_attached_is_a_ghost(ledger, books):
    books.attached.append(Attached("p1", "ijazah", "d1", "abc"))

    assert found(ledger, books) == ["ghost"]


def test_an_attachment_that_is_not_the_stored_document_is_torn(ledger, books):
    books.attached = [Attached("p1", "skp", "d1", "another")]

    assert found(ledger, books) == ["torn"]


def test_a_result_without_its_document_is_torn(ledger, books):
    ledger.attempt("k4", "result", "p1")
    ledger.ack("k4", status=200, id="p1")
    books.history.append(("p1", "enter_result", 7))
    books.events.append(replace(SUBMITTED, id="e2", version=7, position=8, published=False))

    assert found(ledger, books) == ["torn"]


def test_a_step_taken_twice_is_a_duplicate(ledger, books):
    books.history.append(("p1", "submit", 6))
    books.events.append(replace(SUBMITTED, id="e2", version=6, position=8, published=False))

    assert found(ledger, books) == ["duplicate"]


def test_a_step_nobody_asked_for_is_a_ghost(ledger, books):
    books.history.append(("p2", "reject", 3))
    books.events.append(
        replace(SUBMITTED, id="e2", subject="proposal/p2", version=3, position=8, published=False)
    )

    assert found(ledger, books) == ["ghost"]


def test_a_step_that_happened_without_an_answer_is_recovered_and_allowed(ledger, books):
    ledger.operations["k1"].answer = None
    verdict = judge(ledger, books, backlog={}, sender_crashes=0)

    assert (verdict.wrong(), verdict.counts["recovered"]) == ([], 1)


def test_a_step_without_its_event_is_torn(ledger, books):
    forget(books, "e1")

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


def test_an_event_without_its_step_is_torn(ledger, books):
    books.events.append(
        replace(SUBMITTED, id="e2", subject="proposal/p9", position=8, published=False)
    )

    assert found(ledger, books) == ["torn"]


def test_two_events_in_one_position_are_a_duplicate(ledger, books):
    books.events.append(
        Recorded(
            "e2", "proposal", "other.v1", "other/1", 7, published=True, unrouted=False, version=1
        )
    )

    assert found(ledger, books) == ["duplicate"]


def test_a_published_event_that_a_hearer_never_got_is_lost(ledger, books):
    books.heard = [row for row in books.heard if row.hearer != "notification"]
    books.notices.clear()
    books.due.clear()

    assert found(ledger, books) == ["lost"]


def test_one_that_the_system_knows_to_be_unheard_is_unrouted(ledger, books):
    forget(books, "e1")
    books.events.append(replace(SUBMITTED, unrouted=True))

    assert found(ledger, books) == ["unrouted"]


@pytest.mark.parametrize("again", ["inbox", "effect", "notice"])
def test_an_event_handled_twice_is_a_duplicate(ledger, books, again):
    if again == "inbox":
        books.heard.append(Heard("notification", "e1", "done", None))
    elif again == "effect":
        books.effects.append(("e1", "proposal/p1", 5))
    else:
        books.notices["n2"], books.mails["n2"] = TOLD, Mail("pending")

    assert found(ledger, books) == ["duplicate"]


def test_an_event_nobody_recorded_is_a_ghost_when_it_is_handled(ledger, books):
    books.heard.append(Heard("notification", "unknown", "done", None))

    assert found(ledger, books) == ["ghost"]


def test_handled_without_its_effect_is_torn(ledger, books):
    books.effects = []

    assert found(ledger, books) == ["torn"]


def test_an_earlier_version_after_a_later_one_is_reordered(ledger, books):
    books.effects = [("e1", "proposal/p1", 5), ("e0", "proposal/p1", 4)]

    assert found(ledger, books) == ["reordered"]


def test_an_event_given_up_is_parked(ledger, books):
    books.heard = [replace(row, status="parked", error="no") for row in books.heard]

    assert found(ledger, books) == ["parked"]


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
    books.documents, books.objects = {}, {}

    assert found(ledger, books) == ["lost"]


@pytest.mark.parametrize("bytes_", [None, "xyz"])
def test_a_document_without_its_bytes_is_torn(ledger, books, bytes_):
    books.objects = {"d1": bytes_}

    assert found(ledger, books) == ["torn"]


def test_a_document_nobody_uploaded_is_a_ghost(ledger, books):
    books.documents["d2"] = books.objects["d2"] = "fff"
    books.events.append(
        replace(STORED, id="e2", subject="document/d2", position=4, published=False)
    )

    assert found(ledger, books) == ["ghost"]


def test_what_is_under_way_when_time_is_up_is_stuck(ledger, books):
    assert found(ledger, books, backlog={"events to handle": 3}) == ["stuck"]


def test_a_refusal_of_something_right_is_counted(ledger, books):
    ledger.refused("k1", 500, "internal")

    assert found(ledger, books) == ["refused"]


def test_what_a_foreigner_saw_is_leaked(ledger, books):
    books.foreign = ["/api/proposal/v1/inbox lists p1"]

    assert found(ledger, books) == ["leaked"]
