"""The main job: filed, returned for one document, corrected, approved, issued, downloaded."""

import json

import pytest

from tests.builders.pdf_words import words_of
from tests.builders.pdfs import a_pdf
from tests.journeys.journey import (
    DOCUMENTS,
    PROPOSAL,
    ROLE_OF_STAGE,
    Filed,
    Journey,
    code,
    pointers,
)

MARK = {"code": "document_unreadable", "target": "document:skp_2_tahun"}
RESULT = a_pdf("Surat Keterangan Bebas Hukuman Disiplin")


@pytest.fixture(scope="module")
def finished(journey: Journey) -> Filed:
    """The whole way of one proposal, with what must hold at each step."""
    filed = journey.bebas_hukdis()
    assert filed.stage == "umpeg_verification"

    filed.decide("revise", by="umpeg", note="Halaman dua buram", reasons=[MARK])
    correct(filed)
    journey.settle()

    for stage, officer in ROLE_OF_STAGE.items():
        assert filed.stage == stage
        assert filed.id in journey.inbox(officer)
        filed.decide("approve", by=officer)
        assert filed.id not in journey.inbox(officer)

    receipt = journey.upload("bkpsdm_admin", RESULT, name="surat.pdf")["receipt"]
    filed.give_result("ms", remark="Memenuhi syarat", receipt=receipt)
    journey.settle()
    return filed


def correct(filed: Filed) -> None:
    seen = filed.seen_by()
    assert (seen["stage"], seen["opened"]) == (
        "revision",
        {"fields": [], "documents": ["skp_2_tahun"]},
    )
    assert code(filed.attach("skp_1_tahun", status=409)) == "closed_for_change"
    assert code(filed.change({"keperluan": "Lain"}, status=409)) == "closed_for_change"
    filed.attach("skp_2_tahun", a_pdf("SKP yang terbaca"))
    filed.resubmit()


class TestTheFinishedProposal:
    def test_is_completed_with_ms(self, finished: Filed) -> None:
        seen = finished.seen_by()

        assert (seen["stage"], seen["result"]) == ("completed", "ms")
        assert seen["allowed_actions"] == []

    def test_gives_its_document_byte_for_byte(self, finished: Filed) -> None:
        assert finished.open_document("result", by="applicant") == RESULT

    def test_has_its_document_in_the_applicants_archive(self, finished: Filed) -> None:
        archive = finished.journey.person("applicant").get(f"{DOCUMENTS}/documents?limit=100")
        number = finished.seen_by()["number"]

        archived = [notice for notice in archive["data"] if notice["number"] == number]
        assert [notice["size"] for notice in archived] == [len(RESULT)]

    def test_gave_its_applicant_a_receipt_of_what_was_handed_in(self, finished: Filed) -> None:
        seen = finished.seen_by()
        words = words_of(finished.open_document("tanda-terima", by="applicant"))
        own = finished.journey.person("applicant").get(f"{DOCUMENTS}/documents?q=Tanda terima")

        assert seen["receipt"]["state"] == "ready"
        assert seen["receipt"]["document"]["document_id"] in [row["id"] for row in own["data"]]
        assert seen["number"] in words
        assert seen["lookup_code"] in words
        filed = [row["current"] or {} for row in seen["documents"]]
        before = [row["previous"][0] for row in seen["documents"] if row["previous"]]
        assert [row["sha256"][:4] in words for row in before] == [True]
        assert sum(f"{row['sha256'][:4]} {row['sha256'][4:8]}" in words for row in filed) == 2

    def test_shows_its_receipt_to_nobody_else(self, finished: Filed) -> None:
        path = f"{finished.path}/documents/tanda-terima/grant"

        assert finished.seen_by("umpeg")["receipt"] is None
        finished.journey.person("umpeg").send("POST", path, {}, status=404)

    def test_tells_its_whole_history(self, finished: Filed) -> None:
        road = [entry["to_stage"] for entry in finished.history()]

        assert [stage for stage in road if stage != "draft"] == [
            "umpeg_verification",
            "revision",
            *ROLE_OF_STAGE,
            "processing",
            "completed",
        ]

    def test_names_people_with_their_titles(self, finished: Filed) -> None:
        told = {entry["actor_name"] for entry in finished.history()}
        mails = finished.journey.mails(finished.seen_by()["number"])

        assert told > {"Andini Contoh, S.Kom.", "Dahlia Contoh, S.E."}
        assert finished.seen_by("umpeg")["applicant"]["name"] == "Andini Contoh, S.Kom."
        assert finished.journey.me("applicant")["full_name"] == "Andini Contoh, S.Kom."
        assert any("Yth. Bapak/Ibu Andini Contoh, S.Kom." in mail for mail in mails)

    def test_shows_the_applicant_the_note_of_the_return(self, finished: Filed) -> None:
        returned = [entry for entry in finished.history() if entry["action"] == "revise"]

        assert [entry["note"] for entry in returned] == ["Halaman dua buram"]

    def test_told_the_applicant_each_step_once(self, finished: Filed) -> None:
        told = finished.journey.notices("applicant", finished.id)

        assert [notice["event_type"].split(".")[1] for notice in told] == [
            "submitted",
            "returned",
            "resubmitted",
            *["advanced"] * 5,
            "completed",
        ]

    @pytest.mark.parametrize("officer", ["umpeg", "opd_head", "bkpsdm_secretary"])
    def test_told_each_officer_of_the_work(self, finished: Filed, officer: str) -> None:
        assert finished.journey.notices(officer, finished.id)

    def test_mailed_the_applicant_but_never_a_document_or_a_nip(self, finished: Filed) -> None:
        mails = finished.journey.mails(finished.seen_by()["number"])
        nip = finished.journey.system.account("applicant").nip

        assert any("Halaman dua buram" in mail for mail in mails)
        assert any("Memenuhi Syarat (MS)" in mail for mail in mails)
        assert not any(nip in mail or "/content" in mail for mail in mails)

    def test_shows_stage_and_dates_to_anybody_with_number_and_code(self, finished: Filed) -> None:
        seen = finished.seen_by()
        body = {"number": seen["number"].lower(), "lookup_code": seen["lookup_code"].lower()}

        told = finished.journey.stranger("").web.call(
            "POST",
            f"{PROPOSAL}/status",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )

        assert told.status == 200
        assert told.json()["stage"] == "completed"
        assert finished.journey.system.account("applicant").name not in told.body.decode()

    def test_appears_among_the_finished_not_among_the_running(self, finished: Filed) -> None:
        person = finished.journey.person("applicant")

        def listed(state: str) -> bool:
            found = person.get(f"{PROPOSAL}/proposals?state={state}&limit=100")["data"]
            return finished.id in [notice["id"] for notice in found]

        assert listed("final")
        assert not listed("open")

    def test_is_found_by_the_officer_who_decided_it(self, finished: Filed) -> None:
        decided = finished.journey.person("umpeg").get(f"{PROPOSAL}/decided?limit=100")["data"]

        assert finished.id in [notice["proposal"]["id"] for notice in decided]

    def test_can_be_neither_changed_nor_decided_again(self, finished: Filed) -> None:
        assert finished.change({"keperluan": "Lain"}, status=409)
        assert finished.decide("approve", by="bkpsdm_head", status=409)
        assert finished.withdraw(status=409)


class TestOtherEnds:
    def test_a_rejection_ends_it_and_says_why(self, journey: Journey) -> None:
        filed = journey.bebas_hukdis()

        assert code(filed.decide("reject", by="umpeg", status=422)) == "note_required"
        filed.decide("reject", by="umpeg", note="Bukan pegawai OPD ini")

        told = journey.notices("applicant", filed.id)
        assert filed.stage == "rejected"
        assert "Bukan pegawai OPD ini" in told[-1]["body"]

    def test_a_head_cannot_ask_for_a_revision(self, journey: Journey) -> None:
        filed = journey.bebas_hukdis()
        filed.approve_up_to("opd_head_approval")

        refusal = filed.decide("revise", by="opd_head", note="Perbaiki", status=409)

        assert code(refusal) == "illegal_move"
        assert filed.stage == "opd_head_approval"
        filed.decide("reject", by="opd_head", note="Selesai untuk uji")

    def test_it_can_be_withdrawn_before_the_first_verification_only(self, journey: Journey) -> None:
        early, late = journey.bebas_hukdis(), journey.bebas_hukdis()
        late.decide("approve", by="umpeg")

        early.withdraw()

        assert early.stage == "withdrawn"
        assert early.id not in journey.inbox("umpeg")
        assert code(late.withdraw(status=409)) == "already_verified"
        late.decide("reject", by="opd_head", note="Selesai untuk peragaan")

    def test_tms_needs_a_remark_and_ms_a_document(self, journey: Journey) -> None:
        filed = journey.bebas_hukdis()
        filed.approve_up_to("processing")

        assert code(filed.give_result("ms", status=422)) == "result_document_required"
        assert code(filed.give_result("tms", status=422)) == "remark_required"
        filed.give_result("tms", remark="Sedang menjalani hukuman disiplin")

        assert (filed.stage, filed.seen_by()["result"]) == ("completed", "tms")

    def test_a_pppk_may_file_it_too(self, journey: Journey) -> None:
        assert journey.bebas_hukdis(by="applicant_pppk").stage == "umpeg_verification"

    def test_an_incomplete_draft_names_everything_missing(self, journey: Journey) -> None:
        filed = journey.draft("bebas_hukdis", {})
        filed.attach("skp_1_tahun")

        refusal = filed.submit(status=422)

        assert pointers(refusal) == {
            "/fields/keperluan",
            "/documents/skp_2_tahun",
            "/documents/pernyataan_tidak_hukdis",
        }


class TestOwnProposals:
    def test_of_umpeg_are_verified_by_the_other_umpeg(self, journey: Journey) -> None:
        filed = journey.bebas_hukdis(by="umpeg")

        assert filed.id in journey.inbox("umpeg_second")
        assert filed.id not in journey.inbox("umpeg")
        assert filed.seen_by("umpeg")["allowed_actions"] == ["withdraw"]
        filed.decide("approve", by="umpeg", status=403)
        filed.decide("approve", by="umpeg_second")

        assert filed.stage == "opd_head_approval"

    def test_of_a_head_are_approved_by_the_sekda(self, journey: Journey) -> None:
        filed = journey.bebas_hukdis(by="opd_head")
        filed.decide("approve", by="umpeg")

        filed.decide("approve", by="opd_head", status=403)
        assert filed.id in journey.inbox("sekda")
        filed.decide("approve", by="sekda")

        assert filed.stage == "bkpsdm_validation"
