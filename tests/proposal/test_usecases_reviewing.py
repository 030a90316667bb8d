import pytest
from sqlalchemy import select, update

from services.proposal.domain.opening import ClosedForChange
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import Action
from services.proposal.domain.workflow import (
    AlreadyDecided,
    IllegalMove,
    NoteRequired,
)
from services.proposal.models import (
    HistoryEntry,
    HistoryIsImmutable,
    Proposal,
    ProposalDocument,
    db,
)
from services.proposal.usecases import applying, attaching, reviewing
from tests.builders.definitions import definition_data
from tests.builders.organisation import an_id
from tests.builders.people import employee_event
from tests.proposal.office import EVERY_VERSION, Office, a_receipt
from tests.proposal.over_http import decide

ME = an_id("applicant")


def test_history_says_who_decided_in_which_role(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "reject", note="Tidak memenuhi ketentuan")

    last = office.history(proposal_id)[-1]
    assert (last.actor_id, last.role, last.acting) == (an_id("umpeg"), "umpeg", "definitive")
    assert (last.from_stage, last.to_stage) == ("umpeg_verification", "rejected")
    assert last.note == "Tidak memenuhi ketentuan"


@pytest.mark.parametrize("decision", ["revise", "reject"])
def test_saying_no_without_a_reason_is_refused(office: Office, decision):
    proposal_id = office.submitted()

    with pytest.raises(NoteRequired):
        office.decide(proposal_id, "umpeg", decision)

    assert office.read(proposal_id).stage == "umpeg_verification"


def test_what_is_marked_as_wrong_is_not_approved(office: Office):
    proposal_id = office.submitted()
    marked = [{"code": "document_wrong", "target": "document:skp_1_tahun"}, {"code": "other"}]

    refused = decide(office, proposal_id, "umpeg", reasons=marked)
    noted = decide(office, proposal_id, "umpeg", note="SKP kedua diterima tanpa stempel.")

    assert (refused.status_code, refused.json["code"]) == (422, "marked_as_wrong")
    assert [error["pointer"] for error in refused.json["errors"]] == ["/reasons/0", "/reasons/1"]
    assert (noted.status_code, noted.json["stage"]) == (200, "opd_head_approval")


def test_the_heads_cannot_ask_for_a_revision(office: Office):
    proposal_id = office.at("opd_head_approval")

    with pytest.raises(IllegalMove):
        office.decide(proposal_id, "opd_head", "revise", note="Perbaiki")


def test_a_revision_opens_only_what_was_marked(office: Office):
    proposal_id = office.submitted()
    marked = Reason("document_unreadable", "document:skp_1_tahun")
    office.decide(proposal_id, "umpeg", "revise", note="Tidak terbaca", reasons=[marked])

    with office.inside():
        attaching.attach(
            proposal_id,
            person_id=ME,
            requirement="skp_1_tahun",
            receipt=a_receipt("applicant"),
            seen=EVERY_VERSION,
        )
        with pytest.raises(ClosedForChange):
            applying.edit(
                proposal_id, person_id=ME, fields={"keperluan": "Lain lagi"}, seen=EVERY_VERSION
            )


def test_a_revision_with_a_note_only_opens_everything(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Lengkapi")

    with office.inside():
        applying.edit(
            proposal_id, person_id=ME, fields={"keperluan": "Lain lagi"}, seen=EVERY_VERSION
        )

    assert office.read(proposal_id).fields["keperluan"] == "Lain lagi"


def test_a_correction_returns_to_the_stage_that_asked(office: Office):
    proposal_id = office.at("secretary_verification")
    office.decide(proposal_id, "bkpsdm_secretary", "revise", note="Lengkapi")
    office.resubmit(proposal_id)

    assert office.read(proposal_id).stage == "secretary_verification"
    (event,) = office.service.recorded("proposal.resubmitted.v1")
    assert event.data["decider_ids"] == [str(an_id("bkpsdm_secretary"))]


def test_history_says_what_a_revision_changed(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Lengkapi")
    with office.inside():
        applying.edit(
            proposal_id, person_id=ME, fields={"keperluan": "Lain lagi"}, seen=EVERY_VERSION
        )
    office.resubmit(proposal_id)

    assert office.history(proposal_id)[-1].changes == {"fields": ["keperluan"], "documents": []}


def test_the_document_before_the_revision_is_kept(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Lengkapi")
    with office.inside():
        attaching.attach(
            proposal_id,
            person_id=ME,
            requirement="skp_1_tahun",
            receipt=a_receipt("applicant"),
            seen=EVERY_VERSION,
        )
        rows = db.session.scalars(
            select(ProposalDocument).where(ProposalDocument.requirement == "skp_1_tahun")
        ).all()

    assert [row.current for row in sorted(rows, key=lambda row: row.revision)] == [False, True]


def test_a_stage_already_decided_is_a_conflict_for_its_officer(office: Office):
    proposal_id = office.at("opd_head_approval")

    with pytest.raises(AlreadyDecided):
        office.decide(proposal_id, "umpeg")


def test_a_sensitive_layanan_tells_no_free_text(office: Office):
    office.install(definition_data(sensitive=True))
    proposal_id = office.submitted(layanan="contoh")
    office.decide(proposal_id, "umpeg", "revise", note="Rahasia", reasons=[Reason("other")])

    (event,) = office.service.recorded("proposal.returned.v1")
    assert (event.data["note"], event.data["reasons"]) == (None, None)
    assert office.history(proposal_id)[-1].note == "Rahasia"


def test_an_approved_proposal_stays_with_the_opd_it_was_filed_from(office: Office):
    proposal_id = office.at("bkpsdm_validation")
    office.service.hear(employee_event("applicant", "dinkes", version=2))
    office.decide(proposal_id, "bkpsdm_admin")

    assert office.read(proposal_id).opd_id == an_id("disdik")


class SomebodyIsFaster:
    """Says that the version was seen, while somebody else changes the row."""

    def __contains__(self, _version: object) -> bool:
        statement = update(Proposal).values(version=Proposal.version + 1)
        db.session.execute(statement.execution_options(synchronize_session=False))
        return True


def test_a_decision_that_lost_the_race_changes_nothing(office: Office):
    proposal_id = office.submitted()

    with office.inside(), pytest.raises(AlreadyDecided):
        reviewing.decide(
            proposal_id,
            person_id=an_id("umpeg"),
            verdict=reviewing.Verdict(Action.APPROVE),
            seen=SomebodyIsFaster(),
        )

    assert office.read(proposal_id).stage == "umpeg_verification"
    assert office.service.recorded("proposal.advanced.v1") == []


def rewrite(entry: HistoryEntry) -> None:
    entry.note = "Disetujui semua"


@pytest.mark.parametrize("change", [rewrite, db.session.delete], ids=["rewrite", "remove"])
def test_history_cannot_be_rewritten_or_removed(office: Office, change):
    proposal_id = office.submitted()
    wanted = select(HistoryEntry).where(HistoryEntry.proposal_id == proposal_id)

    def tamper() -> None:
        with db.transaction() as session:
            change(session.scalar(wanted))

    with office.inside(), pytest.raises(HistoryIsImmutable):
        tamper()

    assert [entry.note for entry in office.history(proposal_id)] == [None]
