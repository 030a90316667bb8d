import pytest
from sqlalchemy import select

from chassis.kernel.errors import NotFound
from services.proposal.domain.opening import ClosedForChange
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import Action, Result
from services.proposal.domain.workflow import (
    IllegalMove,
    NoteRequired,
    NotYourStage,
    RemarkRequired,
    ResultDocumentRequired,
)
from services.proposal.models import HistoryEntry, ProposalDocument, Unattended, db
from services.proposal.usecases import applying, attaching, processing, reviewing
from services.proposal.usecases.cases import AlreadyDecided
from services.proposal.usecases.deciding import OwnProposal
from services.proposal.usecases.processing import Outcome
from tests.builders.definitions import an_id, definition_data
from tests.proposal.office import (
    DESKS,
    Office,
    a_receipt,
    any_version,
    delegation_event,
    employee_event,
    role_event,
)

ME = an_id("applicant")


def enter_result(office: Office, proposal_id, who="bkpsdm_admin", **outcome) -> None:
    with office.inside():
        processing.enter_result(
            proposal_id, person_id=an_id(who), outcome=Outcome(**outcome), match=any_version
        )


def resubmit(office: Office, proposal_id) -> None:
    with office.inside():
        applying.resubmit(proposal_id, person_id=ME, match=any_version)


def history(office: Office, proposal_id) -> list[HistoryEntry]:
    with office.inside():
        statement = select(HistoryEntry).where(HistoryEntry.proposal_id == proposal_id)
        return list(db.session.scalars(statement.order_by(HistoryEntry.sequence)))


def test_a_proposal_travels_all_stages_to_its_result(office: Office):
    proposal_id = office.at("processing")
    enter_result(office, proposal_id, result=Result.MS, receipt=a_receipt("bkpsdm_admin"))

    done = office.read(proposal_id)
    stages = [entry.to_stage for entry in history(office, proposal_id)]

    assert (done.stage, done.result) == ("completed", "ms")
    assert stages == [present for _, present in DESKS] + ["processing", "completed"]
    assert len(office.service.recorded("proposal.advanced.v1")) == 5


def test_the_result_document_is_issued_to_the_applicant(office: Office):
    proposal_id = office.at("processing")
    enter_result(office, proposal_id, result=Result.MS, receipt=a_receipt("bkpsdm_admin"))

    (completed,) = office.service.recorded("proposal.completed.v1")
    (issued,) = office.service.recorded("result_document.issued.v1")
    assert completed.data["result_document_id"] == issued.data["document_id"]
    assert issued.data["owner_id"] == str(ME)


def test_ms_without_the_document_the_layanan_asks_for_is_refused(office: Office):
    proposal_id = office.at("processing")

    with pytest.raises(ResultDocumentRequired):
        enter_result(office, proposal_id, result=Result.MS)


def test_tms_needs_a_remark_and_no_document(office: Office):
    proposal_id = office.at("processing")

    with pytest.raises(RemarkRequired):
        enter_result(office, proposal_id, result=Result.TMS)
    enter_result(office, proposal_id, result=Result.TMS, remark="Masih menjalani hukuman")

    assert office.read(proposal_id).result == "tms"
    assert office.service.recorded("result_document.issued.v1") == []


def test_a_result_document_of_somebody_else_is_refused(office: Office):
    proposal_id = office.at("processing")

    with pytest.raises(attaching.ReceiptOfSomebodyElse):
        enter_result(office, proposal_id, result=Result.MS, receipt=a_receipt("applicant"))


def test_history_says_who_decided_in_which_role(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "reject", note="Tidak memenuhi ketentuan")

    last = history(office, proposal_id)[-1]
    assert (last.actor_id, last.role, last.acting) == (an_id("umpeg"), "umpeg", "definitive")
    assert (last.from_stage, last.to_stage) == ("umpeg_verification", "rejected")
    assert last.note == "Tidak memenuhi ketentuan"


@pytest.mark.parametrize("decision", ["revise", "reject"])
def test_saying_no_without_a_reason_is_refused(office: Office, decision):
    proposal_id = office.submitted()

    with pytest.raises(NoteRequired):
        office.decide(proposal_id, "umpeg", decision)

    assert office.read(proposal_id).stage == "umpeg_verification"


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
            match=any_version,
        )
        with pytest.raises(ClosedForChange):
            applying.edit(
                proposal_id, person_id=ME, fields={"keperluan": "Lain lagi"}, match=any_version
            )


def test_a_revision_with_a_note_only_opens_everything(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Lengkapi")

    with office.inside():
        applying.edit(
            proposal_id, person_id=ME, fields={"keperluan": "Lain lagi"}, match=any_version
        )

    assert office.read(proposal_id).fields["keperluan"] == "Lain lagi"


def test_a_correction_returns_to_the_stage_that_asked(office: Office):
    proposal_id = office.at("secretary_verification")
    office.decide(proposal_id, "bkpsdm_secretary", "revise", note="Lengkapi")
    resubmit(office, proposal_id)

    assert office.read(proposal_id).stage == "secretary_verification"
    (event,) = office.service.recorded("proposal.resubmitted.v1")
    assert event.data["decider_ids"] == [str(an_id("bkpsdm_secretary"))]


def test_history_says_what_a_revision_changed(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Lengkapi")
    with office.inside():
        applying.edit(
            proposal_id, person_id=ME, fields={"keperluan": "Lain lagi"}, match=any_version
        )
    resubmit(office, proposal_id)

    assert history(office, proposal_id)[-1].changes == {"fields": ["keperluan"], "documents": []}


def test_the_document_before_the_revision_is_kept(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Lengkapi")
    with office.inside():
        attaching.attach(
            proposal_id,
            person_id=ME,
            requirement="skp_1_tahun",
            receipt=a_receipt("applicant"),
            match=any_version,
        )
        rows = db.session.scalars(
            select(ProposalDocument).where(ProposalDocument.requirement == "skp_1_tahun")
        ).all()

    assert [row.current for row in sorted(rows, key=lambda row: row.revision)] == [False, True]


def test_an_officer_of_another_opd_does_not_see_it(office: Office):
    proposal_id = office.submitted()

    with pytest.raises(NotFound):
        office.decide(proposal_id, "umpeg_dinkes")
    with pytest.raises(NotFound):
        office.decide(office.at("opd_head_approval"), "opd_head_dinkes")


def test_an_officer_of_the_same_opd_who_holds_no_stage_is_forbidden(office: Office):
    proposal_id = office.at("bkpsdm_validation")

    with pytest.raises(NotYourStage):
        office.decide(proposal_id, "opd_secretary")


def test_a_stage_already_decided_is_a_conflict_for_its_officer(office: Office):
    proposal_id = office.at("opd_head_approval")

    with pytest.raises(AlreadyDecided):
        office.decide(proposal_id, "umpeg")


def test_nobody_decides_an_own_proposal(office: Office):
    proposal_id = office.submitted("umpeg")

    with pytest.raises(OwnProposal):
        office.decide(proposal_id, "umpeg")
    office.decide(proposal_id, "umpeg_second")

    assert office.read(proposal_id).stage == "opd_head_approval"


def test_the_secretary_decides_for_the_only_umpeg(office: Office):
    office.service.hear(
        role_event("umpeg_second", "umpeg", "disdik", version=2, ends_on="2021-01-01")
    )
    proposal_id = office.submitted("umpeg")
    office.decide(proposal_id, "opd_secretary")

    assert history(office, proposal_id)[-1].role == "opd_secretary"


def test_the_secretary_does_not_decide_while_another_umpeg_can(office: Office):
    proposal_id = office.submitted("umpeg")

    with pytest.raises(NotYourStage):
        office.decide(proposal_id, "opd_secretary")


def test_a_delegate_decides_and_history_says_for_whom(office: Office):
    office.service.hear(delegation_event("opd_head", "disdik", "opd_head", "opd_secretary"))
    proposal_id = office.at("opd_head_approval")
    office.decide(proposal_id, "opd_secretary")

    last = history(office, proposal_id)[-1]
    assert (last.role, last.acting_for) == ("opd_head", an_id("opd_head"))


def test_an_acting_kind_the_stage_does_not_take_cannot_decide(office: Office):
    stages = [{"stage": "umpeg_verification", "acting": ["definitive"]}, {"stage": "processing"}]
    office.install(definition_data(stages=stages))
    office.service.hear(
        role_event("umpeg", "umpeg", "disdik", version=2, acting="plt"),
        role_event("umpeg_second", "umpeg", "disdik", version=2, active=False),
    )
    proposal_id = office.submitted(layanan="contoh")

    with pytest.raises(NotYourStage):
        office.decide(proposal_id, "umpeg")
    office.decide(proposal_id, "opd_secretary")


def test_nobody_left_to_decide_raises_an_alarm_and_skips_nothing(office: Office):
    office.service.hear(
        role_event("umpeg", "umpeg", "disdik", version=2, active=False),
        role_event("umpeg_second", "umpeg", "disdik", version=2, active=False),
        role_event("opd_secretary", "opd_secretary", "disdik", version=2, active=False),
    )
    proposal_id = office.submitted()

    with office.inside():
        (alarm,) = db.session.scalars(select(Unattended)).all()
    (event,) = office.service.recorded("proposal.submitted.v1")
    assert (alarm.proposal_id, alarm.cleared_at) == (proposal_id, None)
    assert event.data["decider_ids"] == []
    assert office.read(proposal_id).stage == "umpeg_verification"


def test_a_person_who_left_the_office_cannot_decide_any_more(office: Office):
    proposal_id = office.submitted()
    office.service.hear(role_event("umpeg", "umpeg", "disdik", version=2, active=False))

    with pytest.raises(NotFound):
        office.decide(proposal_id, "umpeg")


def test_a_sensitive_layanan_tells_no_free_text(office: Office):
    office.install(definition_data(sensitive=True))
    proposal_id = office.submitted(layanan="contoh")
    office.decide(proposal_id, "umpeg", "revise", note="Rahasia", reasons=[Reason("other")])

    (event,) = office.service.recorded("proposal.returned.v1")
    assert (event.data["note"], event.data["reasons"]) == (None, None)
    assert history(office, proposal_id)[-1].note == "Rahasia"


def test_a_file_sent_on_to_bkn_has_a_sub_status(office: Office):
    proposal_id = office.at("processing")
    with office.inside():
        processing.set_sub_status(
            proposal_id,
            person_id=an_id("bkpsdm_admin"),
            sub_status=processing.SubStatus("Dikirim ke BKN", "PERTEK-1", office.today),
            match=any_version,
        )

    assert office.read(proposal_id).sub_status["number"] == "PERTEK-1"
    assert history(office, proposal_id)[-1].action == "sub_status"


def test_a_layanan_may_return_a_file_from_processing(office: Office):
    office.install(definition_data(stages=[{"stage": "processing"}], return_from_processing=True))
    proposal_id = office.submitted(layanan="contoh")
    office.decide(proposal_id, "bkpsdm_admin", "revise", note="Berkas dikembalikan BKN")
    resubmit(office, proposal_id)

    assert office.read(proposal_id).stage == "processing"


def test_the_proposal_stays_with_the_opd_it_was_filed_from(office: Office):
    proposal_id = office.submitted()
    office.service.hear(employee_event("applicant", "dinkes", version=2))
    office.decide(proposal_id, "umpeg")

    assert office.read(proposal_id).opd_id == an_id("disdik")


def test_a_decision_that_lost_the_race_changes_nothing(office: Office):
    proposal_id = office.submitted()

    def somebody_is_faster(_version: int) -> None:
        from sqlalchemy import update

        from services.proposal.models import Proposal

        db.session.execute(
            update(Proposal)
            .values(version=Proposal.version + 1)
            .execution_options(synchronize_session=False)
        )

    with office.inside(), pytest.raises(AlreadyDecided):
        reviewing.decide(
            proposal_id,
            person_id=an_id("umpeg"),
            verdict=reviewing.Verdict(Action.APPROVE),
            match=somebody_is_faster,
        )

    assert office.read(proposal_id).stage == "umpeg_verification"
    assert office.service.recorded("proposal.advanced.v1") == []
