"""The receipt of a proposal: one paper in the end, whatever happens while it is made."""

from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from chassis.process.clock import now
from chassis.run import timers
from chassis.run.timers import TimerLoop
from services.proposal.domain.layanan import RESULT
from services.proposal.domain.proposal_receipt import RECEIPT
from services.proposal.models import ProposalDocument, db
from services.proposal.usecases import applying, attaching, receipting
from services.proposal.usecases.attaching import add_document
from tests.builders.keeper import Keeper
from tests.builders.organisation import an_id
from tests.builders.pdf_words import words_of
from tests.proposal.office import EVERY_VERSION, Office, a_receipt


@pytest.fixture
def documents(office: Office) -> Keeper:
    return Keeper(office.service.signer).beside(office.service)


def work(office: Office, *, later: int = 0) -> None:
    with (
        time_machine.travel(now().timestamp() + later, tick=False),
        office.service.app.app_context(),
    ):
        TimerLoop(office.service.runtime, "test").run()


def filed(office: Office, proposal_id: UUID) -> list[ProposalDocument]:
    statement = select(ProposalDocument).where(
        ProposalDocument.proposal_id == proposal_id, ProposalDocument.requirement == RECEIPT
    )
    with office.inside():
        return list(db.session.scalars(statement))


def receipt_of(office: Office, proposal_id: UUID, who: str = "applicant"):
    return office.call("GET", f"/proposals/{proposal_id}", who).json["receipt"]


def ask(office: Office, proposal_id: UUID, who: str = "applicant"):
    return office.call("POST", f"/proposals/{proposal_id}/receipt", who, json={})


def without_a_wish(office: Office, proposal_id: UUID) -> None:
    """As a proposal that was handed in when there were no receipts."""
    with office.inside(), db.transaction():
        timers.cancel_timers(f"proposal/{proposal_id}/receipt")


def test_it_is_made_after_the_submission_and_filed_with_the_proposal(office, documents):
    proposal_id = office.submitted()
    before = office.read(proposal_id).version
    assert receipt_of(office, proposal_id) == {"state": "being_made", "document": None}
    assert documents.kept == {}, "nobody waits for it"

    work(office)

    [paper] = documents.kept.values()
    number = office.read(proposal_id).number
    assert number in words_of(paper)
    shown = receipt_of(office, proposal_id)
    assert shown["state"] == "ready"
    assert shown["document"]["name"] == f"Tanda terima {number.replace('/', '-')}.pdf"
    assert office.read(proposal_id).version == before, "nobody's If-Match became stale"
    assert not any(
        row["requirement"] == RECEIPT
        for row in office.call("GET", f"/proposals/{proposal_id}", "applicant").json["documents"]
    )


def test_it_is_in_the_language_of_who_handed_it_in(office, documents):
    draft = office.draft()
    etag = office.call("GET", f"/proposals/{draft}", "applicant").headers["ETag"]
    english = {"If-Match": etag, "Accept-Language": "en"}
    office.call("POST", f"/proposals/{draft}/submit", "applicant", json={}, headers=english)

    work(office)

    [paper] = documents.kept.values()
    assert "Receipt of a Proposal" in words_of(paper)


def test_a_submission_that_was_rolled_back_has_none(office, documents):
    draft = office.draft()
    with pytest.raises(ZeroDivisionError), office.inside(), db.transaction():
        applying.submit(draft, person_id=an_id("applicant"), seen=EVERY_VERSION)
        raise ZeroDivisionError

    work(office)

    assert documents.kept == {}


def test_a_worker_that_dies_before_the_paper_is_filed_leaves_one_paper(
    office, documents, monkeypatch
):
    proposal_id = office.submitted()
    with monkeypatch.context() as dying:
        dying.setattr("services.proposal.usecases.receipting.add_document", lambda *_: 1 / 0)
        work(office)
    assert (len(documents.kept), filed(office, proposal_id)) == (1, [])

    monkeypatch.setattr(
        "services.proposal.usecases.receipting.receipt_pdf", lambda _: pytest.fail("set twice")
    )
    work(office)

    assert len(documents.kept) == 1
    assert len(filed(office, proposal_id)) == 1


def test_while_documents_is_away_it_is_waited_for_and_nothing_else_is_held_up(office, documents):
    documents.status = 503
    proposal_id = office.submitted()

    work(office)
    office.decide(proposal_id, "umpeg")
    assert receipt_of(office, proposal_id)["state"] == "being_made"
    documents.status = 201
    work(office, later=60)

    assert receipt_of(office, proposal_id)["state"] == "ready"


def test_it_lists_what_was_handed_in_though_a_revision_replaced_it(office, documents):
    documents.status = 503
    proposal_id = office.submitted()
    work(office)
    office.decide(proposal_id, "umpeg", "revise", note="Tidak terbaca")
    seen = office.call("GET", f"/proposals/{proposal_id}", "applicant")
    office.call(
        "PUT",
        f"/proposals/{proposal_id}/documents/skp_1_tahun",
        "applicant",
        json={"receipt": office.receipt("applicant", sha256="cd" * 32)},
        headers={"If-Match": seen.headers["ETag"]},
    )

    documents.status = 201
    work(office, later=60)
    office.resubmit(proposal_id)
    work(office, later=120)

    [paper] = documents.kept.values()
    words = words_of(paper)
    assert words.count("abab abab abab abab") == 3
    assert "cdcd" not in words


def test_one_from_before_there_were_receipts_is_made_when_it_is_asked_for(office, documents):
    proposal_id = office.submitted()
    without_a_wish(office, proposal_id)
    work(office)
    assert receipt_of(office, proposal_id) == {"state": "not_made", "document": None}

    answers = [ask(office, proposal_id), ask(office, proposal_id)]

    assert [(a.status_code, a.json["state"]) for a in answers] == [(202, "being_made")] * 2
    work(office)
    assert ask(office, proposal_id).json["state"] == "ready"
    work(office)
    assert len(filed(office, proposal_id)) == len(documents.kept) == 1


def test_one_asked_for_later_does_not_list_the_officers_result(office, documents):
    proposal_id = office.submitted()
    without_a_wish(office, proposal_id)
    with office.inside(), db.transaction() as session:
        case = receipting.open_case(session, proposal_id)
        result = a_receipt("bkpsdm_admin", sha256="cd" * 32)
        add_document(case, RESULT, result, attached_by=result.owner_id)

    ask(office, proposal_id)
    work(office)

    [paper] = documents.kept.values()
    words = words_of(paper)
    assert words.count("abab abab abab abab") == 3
    assert "cdcd" not in words


def test_one_asked_for_in_a_revision_does_not_list_what_was_not_sent(office, documents):
    proposal_id = office.submitted()
    without_a_wish(office, proposal_id)
    office.decide(proposal_id, "umpeg", "revise", note="Tidak terbaca")
    with office.inside():
        attaching.attach(
            proposal_id,
            person_id=an_id("applicant"),
            requirement="skp_1_tahun",
            receipt=a_receipt("applicant", sha256="cd" * 32),
            seen=EVERY_VERSION,
        )

    ask(office, proposal_id)
    work(office)

    [paper] = documents.kept.values()
    words = words_of(paper)
    assert words.count("abab abab abab abab") == 3
    assert "cdcd" not in words


def test_two_wishes_at_once_make_one_paper(office, documents):
    proposal_id = office.submitted()
    with office.inside(), db.transaction() as session:
        receipting.wish(receipting.open_case(session, proposal_id), "id")

    work(office)

    assert len(filed(office, proposal_id)) == len(documents.kept) == 1


def test_nobody_but_the_applicant_sees_asks_for_or_opens_it(office, documents):
    proposal_id = office.submitted()
    work(office)

    assert receipt_of(office, proposal_id, "umpeg") is None
    assert ask(office, proposal_id, "umpeg").status_code == 404
    grant = f"/proposals/{proposal_id}/documents/{RECEIPT}/grant"
    assert office.call("POST", grant, "umpeg", json={}).status_code == 404


def test_a_draft_has_none_and_cannot_have_one(office, documents):
    draft = office.draft()

    assert receipt_of(office, draft) is None
    assert (ask(office, draft).status_code, ask(office, draft).json["code"]) == (
        409,
        "not_handed_in",
    )
