import pytest

from services.proposal.domain.attaching import DocumentTypeRefused
from services.proposal.domain.stages import Result
from services.proposal.domain.workflow import (
    RemarkRequired,
    ResultDocumentRequired,
)
from services.proposal.usecases import attaching, processing
from services.proposal.usecases.processing import Outcome
from tests.builders.definitions import definition_data
from tests.builders.organisation import an_id
from tests.proposal.office import DESKS, EVERY_VERSION, Office, a_receipt

ME = an_id("applicant")


def enter_result(office: Office, proposal_id, who="bkpsdm_admin", **outcome) -> None:
    with office.inside():
        processing.enter_result(
            proposal_id, person_id=an_id(who), outcome=Outcome(**outcome), seen=EVERY_VERSION
        )


def test_a_proposal_travels_all_stages_to_its_result(office: Office):
    proposal_id = office.at("processing")
    enter_result(office, proposal_id, result=Result.MS, receipt=a_receipt("bkpsdm_admin"))

    done = office.read(proposal_id)
    stages = [entry.to_stage for entry in office.history(proposal_id)]

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


def test_a_result_document_that_is_no_pdf_is_refused(office: Office):
    proposal_id = office.at("processing")
    receipt = a_receipt("bkpsdm_admin", content_type="text/html")

    with pytest.raises(DocumentTypeRefused):
        enter_result(office, proposal_id, result=Result.MS, receipt=receipt)


def test_a_result_document_of_somebody_else_is_refused(office: Office):
    proposal_id = office.at("processing")

    with pytest.raises(attaching.ReceiptOfSomebodyElse):
        enter_result(office, proposal_id, result=Result.MS, receipt=a_receipt("applicant"))


def test_a_file_sent_on_to_bkn_has_a_sub_status(office: Office):
    proposal_id = office.at("processing")
    with office.inside():
        processing.set_sub_status(
            proposal_id,
            person_id=an_id("bkpsdm_admin"),
            sub_status=processing.SubStatus("Dikirim ke BKN", "PERTEK-1", office.today),
            seen=EVERY_VERSION,
        )

    assert office.read(proposal_id).sub_status["number"] == "PERTEK-1"
    assert office.history(proposal_id)[-1].action == "sub_status"


def test_a_layanan_may_return_a_file_from_processing(office: Office):
    office.install(definition_data(stages=[{"stage": "processing"}], return_from_processing=True))
    proposal_id = office.submitted(layanan="contoh")
    office.decide(proposal_id, "bkpsdm_admin", "revise", note="Berkas dikembalikan BKN")
    office.resubmit(proposal_id)

    assert office.read(proposal_id).stage == "processing"
