import pytest
from sqlalchemy import select

from chassis.kernel.errors import Invalid, NotFound
from services.proposal.domain.attaching import DocumentTooLarge
from services.proposal.domain.checking import ProposalNotReady
from services.proposal.domain.opening import ClosedForChange
from services.proposal.domain.workflow import AlreadyVerified, IllegalMove
from services.proposal.models import HistoryEntry, ProposalDocument, QueueCount, db
from services.proposal.usecases import applying, attaching
from services.proposal.usecases.people import EmployeeUnknown
from tests.builders.definitions import definition_data
from tests.builders.organisation import an_id
from tests.builders.people import employee_event
from tests.proposal.office import EVERY_VERSION, Office, a_receipt

ME = an_id("applicant")


def test_a_draft_tells_nobody(office: Office):
    office.draft()

    assert office.service.recorded() == []


def test_submitting_numbers_the_proposal_and_sends_it_to_umpeg(office: Office):
    proposal = office.read(office.submitted())

    assert proposal.stage == "umpeg_verification"
    assert proposal.number.startswith("DEMO/BEBAS-HUKDIS/")
    assert proposal.number.endswith("/000001")
    assert len(proposal.lookup_code) == 10
    assert proposal.expected_end > office.today


def test_submitting_tells_who_may_decide(office: Office):
    proposal = office.read(office.submitted())

    (event,) = office.service.recorded("proposal.submitted.v1")
    assert event.version == proposal.version
    assert event.data["decider_ids"] == sorted(map(str, map(an_id, ("umpeg", "umpeg_second"))))
    assert event.data["stage"] == "umpeg_verification"


def test_serials_run_per_layanan_and_year(office: Office):
    first, second = office.read(office.submitted()), office.read(office.submitted())

    assert [proposal.number[-6:] for proposal in (first, second)] == ["000001", "000002"]


def test_a_missing_document_and_field_are_named_together(office: Office):
    with office.inside():
        draft = applying.create_draft(person_id=ME, layanan="bebas_hukdis", fields={}).proposal
        with pytest.raises(ProposalNotReady) as refused:
            applying.submit(draft.id, person_id=ME, seen=EVERY_VERSION)

    assert {error.pointer for error in refused.value.errors} == {
        "/fields/keperluan",
        "/documents/skp_1_tahun",
        "/documents/skp_2_tahun",
        "/documents/pernyataan_tidak_hukdis",
    }


def test_a_refused_submission_leaves_no_trace(office: Office):
    with office.inside():
        draft = applying.create_draft(person_id=ME, layanan="bebas_hukdis", fields={}).proposal
        draft_id = draft.id
        with pytest.raises(ProposalNotReady):
            applying.submit(draft_id, person_id=ME, seen=EVERY_VERSION)
        history = db.session.scalars(select(HistoryEntry)).all()

    assert office.read(draft_id).stage == "draft"
    assert history == []
    assert office.service.recorded() == []


def test_an_unknown_field_is_refused_in_a_draft(office: Office):
    with office.inside(), pytest.raises(Invalid) as refused:
        applying.create_draft(person_id=ME, layanan="bebas_hukdis", fields={"score": 100})

    assert [error.pointer for error in refused.value.errors] == ["/fields/score"]


def test_another_persons_draft_is_not_there(office: Office):
    draft = office.draft()

    with office.inside(), pytest.raises(NotFound):
        applying.edit(draft, person_id=an_id("umpeg"), fields={}, seen=EVERY_VERSION)


def test_more_open_proposals_than_the_layanan_allows_are_refused(office: Office):
    for _ in range(3):
        office.submitted()
    fourth = office.draft()

    with office.inside(), pytest.raises(ProposalNotReady) as refused:
        applying.submit(fourth, person_id=ME, seen=EVERY_VERSION)

    assert [error.code for error in refused.value.errors] == ["too_many_open"]


def test_a_closed_proposal_makes_room_for_another(office: Office):
    proposals = [office.submitted() for _ in range(3)]
    office.decide(proposals[0], "umpeg", "reject", note="Tidak memenuhi ketentuan")

    assert office.read(office.submitted()).stage == "umpeg_verification"


def test_a_kind_that_is_not_allowed_is_refused(office: Office):
    office.install(definition_data(allowed_kinds=["pppk"]))
    draft = office.draft(layanan="contoh")

    with office.inside(), pytest.raises(ProposalNotReady) as refused:
        applying.submit(draft, person_id=ME, seen=EVERY_VERSION)

    assert [error.code for error in refused.value.errors] == ["kind_not_allowed"]


def test_a_running_proposal_keeps_the_version_it_was_filed_under(office: Office):
    office.install(definition_data())
    draft = office.draft(layanan="contoh")

    office.install(definition_data(version=2, name={"id": "Contoh baru", "en": "New sample"}))
    with office.inside():
        filed = applying.submit(draft, person_id=ME, seen=EVERY_VERSION).proposal
        later = applying.create_draft(person_id=ME, layanan="contoh", fields={}).proposal

    assert filed.definition_id != later.definition_id
    (event,) = office.service.recorded("proposal.submitted.v1")
    assert event.data["layanan_name"] == "Contoh"


def test_a_number_of_a_sensitive_layanan_does_not_tell_which_one(office: Office):
    office.install(definition_data(sensitive=True))
    proposal = office.read(office.submitted(layanan="contoh"))

    assert proposal.number.startswith("DEMO/KHUSUS/")


def test_withdrawing_before_the_first_decision_is_told(office: Office):
    proposal_id = office.submitted()

    with office.inside():
        applying.withdraw(proposal_id, person_id=ME, seen=EVERY_VERSION)

    assert office.read(proposal_id).stage == "withdrawn"
    assert len(office.service.recorded("proposal.withdrawn.v1")) == 1


def test_withdrawing_a_draft_tells_nobody(office: Office):
    draft = office.draft()

    with office.inside():
        applying.withdraw(draft, person_id=ME, seen=EVERY_VERSION)

    assert office.read(draft).stage == "withdrawn"
    assert office.service.recorded() == []


def test_a_verified_proposal_cannot_be_withdrawn(office: Office):
    proposal_id = office.at("opd_head_approval")

    with office.inside(), pytest.raises(AlreadyVerified):
        applying.withdraw(proposal_id, person_id=ME, seen=EVERY_VERSION)


def test_a_submitted_proposal_cannot_be_edited(office: Office):
    proposal_id = office.submitted()

    with office.inside(), pytest.raises(ClosedForChange):
        applying.edit(
            proposal_id, person_id=ME, fields={"keperluan": "Lain lagi"}, seen=EVERY_VERSION
        )


def test_a_double_submit_is_refused_the_second_time(office: Office):
    proposal_id = office.submitted()

    with office.inside(), pytest.raises(IllegalMove):
        applying.submit(proposal_id, person_id=ME, seen=EVERY_VERSION)


def test_a_receipt_of_somebody_else_is_refused_with_its_field(office: Office):
    draft = office.draft()

    with office.inside(), pytest.raises(attaching.ReceiptOfSomebodyElse) as refused:
        attaching.attach(
            draft,
            person_id=ME,
            requirement="skp_1_tahun",
            receipt=a_receipt("umpeg"),
            seen=EVERY_VERSION,
        )

    assert [error.pointer for error in refused.value.errors] == ["/receipt"]


def test_a_receipt_of_another_region_is_refused(office: Office):
    draft = office.draft()

    with office.inside(), pytest.raises(attaching.ReceiptOfSomebodyElse):
        attaching.attach(
            draft,
            person_id=ME,
            requirement="skp_1_tahun",
            receipt=a_receipt("applicant", region="other"),
            seen=EVERY_VERSION,
        )


@pytest.mark.parametrize(
    ("layanan", "requirement", "size", "fits"),
    [
        ("bebas_hukdis", "skp_1_tahun", 1_048_576, True),
        ("bebas_hukdis", "skp_1_tahun", 1_048_577, False),
        ("asn_berprestasi", "laporan_presensi", 512_000, True),
        ("asn_berprestasi", "laporan_presensi", 512_001, False),
    ],
)
def test_a_document_may_be_as_large_as_its_requirement_says(
    office: Office, layanan, requirement, size, fits
):
    office.installs_service("awards")
    draft = office.draft(layanan=layanan)

    def attach() -> None:
        attaching.attach(
            draft,
            person_id=ME,
            requirement=requirement,
            receipt=a_receipt("applicant", size=size),
            seen=EVERY_VERSION,
        )

    with office.inside():
        if fits:
            attach()
            return
        with pytest.raises(DocumentTooLarge) as refused:
            attach()
        assert [error.pointer for error in refused.value.errors] == ["/receipt"]


def test_a_replaced_document_is_kept(office: Office):
    draft = office.draft()

    with office.inside():
        attaching.attach(
            draft,
            person_id=ME,
            requirement="skp_1_tahun",
            receipt=a_receipt("applicant"),
            seen=EVERY_VERSION,
        )
        rows = db.session.scalars(
            select(ProposalDocument).where(ProposalDocument.requirement == "skp_1_tahun")
        ).all()

    assert sorted((row.revision, row.current) for row in rows) == [(1, False), (2, True)]


def test_a_person_identity_never_told_about_cannot_file(office: Office):
    with office.inside(), pytest.raises(EmployeeUnknown):
        applying.create_draft(person_id=an_id("stranger"), layanan="bebas_hukdis", fields={})


def test_an_inactive_person_cannot_file(office: Office):
    office.service.hear(employee_event("applicant", "disdik", version=2, active=False))

    with office.inside(), pytest.raises(EmployeeUnknown):
        applying.create_draft(person_id=ME, layanan="bebas_hukdis", fields={})


def test_counters_follow_submission_and_withdrawal(office: Office):
    proposal_id = office.submitted()
    office.submitted()
    with office.inside():
        applying.withdraw(proposal_id, person_id=ME, seen=EVERY_VERSION)
        (waiting,) = db.session.scalars(select(QueueCount.waiting)).all()

    assert waiting == 1


def test_a_draft_does_not_go_past_a_service_that_decides_today(office: Office):
    """It was begun under a version that officers alone decide (R39)."""
    office.install(definition_data(code="contoh", version=1))
    draft = office.draft(layanan="contoh")
    office.installs_service("awards")
    decided = {"stage": "opd_head_approval", "decider": "service:awards"}
    stages = [{"stage": "umpeg_verification"}, decided, {"stage": "processing"}]
    office.install(definition_data(code="contoh", version=2, stages=stages))

    told = office.call("GET", f"/proposals/{draft}", "applicant").json
    with office.inside(), pytest.raises(ProposalNotReady) as refused:
        applying.submit(draft, person_id=ME, seen=EVERY_VERSION)

    codes = [error.code for error in refused.value.errors]
    assert "layanan_decided_otherwise" in codes
    assert told["obstacles"][0]["code"] == "layanan_decided_otherwise"
    assert office.read(draft).stage == "draft"
