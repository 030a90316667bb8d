import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, csrf_of, page_of, problem
from tests.portal.test_typed import hidden
from tests.portal.told import (
    DOCUMENTS,
    UPLOAD,
    a_field,
    a_layanan,
    a_proposal,
    a_refusal,
    an_upload,
    knows,
    knows_upload,
    said,
)

PATH = f"{API}/proposals/{PROPOSAL}"
PAGE = f"/portal/tugas/{PROPOSAL}"
ALL_THREE = ["approve", "revise", "reject"]


def post(client: FlaskClient, path: str = PAGE, **data: Any) -> Any:
    if path != PAGE:
        data.setdefault("confirmed", "1")
    return client.post(path, data={"csrf_token": csrf_of(client), "etag": '"1"', "key": "k"} | data)


def test_the_inbox_counts_by_stage_and_searches(officer: FlaskClient, edge: FakeEdge):
    page = officer.get("/portal/tugas?stage=umpeg_verification&q=andini").text

    assert f'{said("umpeg_verification")} <span class="count">12</span>' in page
    assert "199001012015011901" in page
    (sent,) = edge.told("GET", f"{API}/inbox")
    assert sent.query == {"stage": "umpeg_verification", "q": "andini", "limit": "10"}


def test_what_the_inbox_has_asked_its_menu_does_not_ask_again(officer: FlaskClient, edge: FakeEdge):
    page = officer.get("/portal/tugas").text

    assert page.count('<span class="count">12</span>') > 1
    assert len(edge.told("GET", f"{API}/inbox/queues")) == 1


def test_a_wish_to_withdraw_is_marked_and_can_be_looked_for(officer: FlaskClient, edge: FakeEdge):
    asks = a_proposal(stage="revision", withdrawal_asked=True)
    edge.answers["GET", f"{API}/inbox"] = (200, page_of(asks))

    page = officer.get("/portal/tugas?withdrawal=asked").text

    assert '<span class="stage asked">Minta pembatalan</span>' in page
    assert edge.told("GET", f"{API}/inbox")[0].query["withdrawal"] == "asked"


def test_who_only_answers_a_wish_is_not_told_that_nothing_waits(
    officer: FlaskClient, edge: FakeEdge
):
    wish = {"asked_at": "2026-04-01T23:30:00+00:00", "note": "Tidak jadi."}
    actions = ["close", "confirm_withdrawal", "refuse_withdrawal"]
    knows(edge, a_proposal(stage="revision", allowed_actions=actions, withdrawal=wish))

    page = officer.get(PAGE).text

    assert "Tidak jadi." in page
    assert 'class="banner"><p>' not in page


def test_a_decision_beside_an_unanswered_wish_to_withdraw_says_so(
    officer: FlaskClient, edge: FakeEdge
):
    wish = {"asked_at": "2026-04-01T23:30:00+00:00", "note": "Tidak jadi."}
    knows(edge, a_proposal(allowed_actions=ALL_THREE, withdrawal=wish))
    beside_a_wish = officer.get(PAGE).text
    knows(edge, a_proposal(allowed_actions=ALL_THREE))

    assert "Keputusan ini tidak menjawabnya" in beside_a_wish
    assert "Keputusan ini tidak menjawabnya" not in officer.get(PAGE).text


def test_refusing_a_wish_without_a_word_gives_back_nothing_that_was_not_typed(
    officer: FlaskClient, edge: FakeEdge
):
    wish = {"asked_at": "2026-04-01T23:30:00+00:00", "note": "Tidak jadi."}
    actions = ["confirm_withdrawal", "refuse_withdrawal"]
    knows(edge, a_proposal(allowed_actions=actions, withdrawal=wish))
    refused = problem(422, "validation_failed", **{"/note": "Wajib."})
    edge.answers["POST", f"{PATH}/withdrawal-answer"] = (422, refused)

    secrets = hidden(officer, PAGE)
    post(officer, f"{PAGE}/pembatalan", **secrets, answer="refuse", withdrawal_note="")
    page = officer.get(PAGE).text

    assert "Wajib." in page
    assert "dipulihkan" not in page


def test_a_search_without_a_match_says_so_and_can_be_cleared(officer: FlaskClient, edge: FakeEdge):
    edge.answers["GET", f"{API}/inbox"] = (200, page_of())
    edge.answers["GET", f"{API}/decided"] = (200, page_of())

    for path in ("/portal/tugas", "/portal/keputusan"):
        page = officer.get(f"{path}?q=zzz").text
        assert "Tidak ada yang cocok dengan “zzz”." in page
        assert f'href="{path}">Hapus pencarian' in page
        assert "Tidak ada yang cocok" not in officer.get(path).text


def test_the_dashboard_counts_what_waits(officer: FlaskClient):
    tile = f"<strong>12</strong><span>{said('umpeg_verification')}</span>"

    assert tile in officer.get("/portal/").text


def test_only_allowed_decisions_are_offered(officer: FlaskClient, edge: FakeEdge):
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=["approve", "reject"]))

    page = officer.get(PAGE).text

    assert 'value="approve"' in page
    assert 'value="revise"' not in page


@pytest.mark.parametrize("stage", ["opd_head_approval", "bkpsdm_head_approval"])
def test_who_can_only_approve_or_reject_marks_nothing_for_revision(
    officer: FlaskClient, edge: FakeEdge, stage: str
):
    knows(edge, a_proposal(stage=stage, allowed_actions=["approve", "reject"]))

    page = officer.get(PAGE).text
    post(officer, decision="reject", note="Tidak.", confirmed="1", **{"reason.document:skp": "x"})

    assert 'class="marks"' not in page
    assert 'name="reason.document:' not in page
    assert 'name="reason.field:' not in page
    assert "Alasan bila ditolak" in page
    assert edge.told("POST", f"{PATH}/decisions")[0].json["reasons"] == []


def test_a_decision_is_shown_before_it_is_sent(officer: FlaskClient, edge: FakeEdge):
    marks = {"reason.document:skp": "document_outdated", "reason.field:keperluan": "field_unclear"}

    summary = post(officer, decision="revise", note="Perbarui SKP.", **marks)

    assert edge.told("POST", f"{PATH}/decisions") == []
    assert '<details class="last" open>' in summary.text
    assert '<option value="document_outdated" selected>' in summary.text
    assert "Perbarui SKP." in summary.text


def test_a_confirmed_decision_is_sent_with_version_key_and_marks(
    officer: FlaskClient, edge: FakeEdge
):
    marks = {"reason.document:skp": "document_outdated", "reason.": "other", "reason.field:x": ""}

    done = post(officer, decision="revise", note="Perbarui.", confirmed="1", **marks)

    (sent,) = edge.told("POST", f"{PATH}/decisions")
    assert done.headers["Location"] == "/portal/tugas"
    assert (sent.headers["if-match"], sent.headers["idempotency-key"]) == ('"1"', "k")
    assert sent.json == {
        "decision": "revise",
        "note": "Perbarui.",
        "reasons": [
            {"code": "document_outdated", "target": "document:skp"},
            {"code": "other", "target": None},
        ],
    }


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "1"}])
def test_what_is_marked_as_wrong_is_not_approved(
    officer: FlaskClient, edge: FakeEdge, confirmed: dict[str, str]
):
    marks = {"reason.document:skp": "document_wrong"}

    marked = post(officer, decision="approve", **confirmed, **marks)

    assert marked.status_code == 422
    assert "pilih Perbaikan atau Tolak, atau hapus tandanya" in marked.text
    assert "selected" in marked.text
    assert edge.told("POST", f"{PATH}/decisions") == []


def test_a_note_that_the_service_does_not_take_is_told_at_the_note_and_stays(
    officer: FlaskClient, edge: FakeEdge
):
    refusal = problem(422, "invalid", **{"/note": "Teks berisi karakter yang rusak."})
    edge.answers["POST", f"{PATH}/decisions"] = (422, refusal)

    page = post(officer, decision="revise", note="Perbarui \0 SKP.", confirmed="1")

    assert page.status_code == 422
    assert "Teks berisi karakter yang rusak." in page.text
    assert '<textarea id="note" name="note" rows="3" maxlength="2000" aria-invalid="true">' in (
        page.text
    )
    assert "Perbarui \ufffd SKP." in page.text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Pilih salah satu keputusan."),
        ({"decision": "withdraw"}, "Pilih salah satu keputusan."),
        ({"decision": "reject", "note": "  "}, "Catatan wajib diisi untuk «revise», «reject»."),
        ({"decision": "revise"}, "Catatan wajib diisi untuk «revise», «reject»."),
    ],
)
def test_what_a_decision_lacks_is_told_and_the_input_kept(
    officer: FlaskClient, edge: FakeEdge, form: dict[str, str], told: str
):
    page = post(officer, confirmed="1", **{"reason.document:skp": "document_wrong"}, **form)

    assert page.status_code == 422
    assert told in page.text.split('role="alert" tabindex="-1" data-focus>')[1].split("</div>")[0]
    assert '<option value="document_wrong" selected>' in page.text
    assert edge.told("POST", f"{PATH}/decisions") == []


def test_the_summary_is_in_the_form_which_keeps_everything(officer: FlaskClient):
    page = post(officer, decision="reject", note="Tidak sesuai.")

    assert ">Tidak sesuai.</textarea>" in page.text
    assert 'value="reject" checked' in page.text


@pytest.mark.parametrize("status", [409, 412])
def test_a_colleague_who_was_faster_is_explained(officer: FlaskClient, edge: FakeEdge, status: int):
    edge.answers["POST", f"{PATH}/decisions"] = (status, problem(status, "moved_on"))

    page = post(officer, decision="approve", confirmed="1", again=PAGE)

    assert page.status_code == status
    assert "Data sudah berubah" in page.text
    assert f'href="{PAGE}"' in page.text


def test_the_same_click_twice_decides_once(officer: FlaskClient, edge: FakeEdge):
    post(officer, decision="approve", confirmed="1")
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[]), etag='"2"')

    again = post(officer, decision="approve", confirmed="1")

    first, second = edge.told("POST", f"{PATH}/decisions")
    assert again.headers["Location"] == "/portal/tugas"
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.headers["if-match"] == second.headers["if-match"]


def test_a_case_that_moved_while_the_form_was_open_is_explained_before_the_summary(
    officer: FlaskClient, edge: FakeEdge
):
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[]), etag='"2"')

    page = post(officer, decision="approve")

    assert page.status_code == 412
    assert "Data sudah berubah" in page.text


def test_a_case_in_process_leads_to_the_result(officer: FlaskClient, edge: FakeEdge):
    knows(edge, a_proposal(stage="processing", allowed_actions=["enter_result"]))

    assert officer.get(PAGE).headers["Location"] == f"{PAGE}/hasil"


def test_a_case_of_others_offers_nothing(officer: FlaskClient, edge: FakeEdge):
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[]))

    assert "tidak menunggu keputusan Anda" in officer.get(PAGE).text
    assert officer.get(f"{PAGE}/hasil").headers["Location"] == f"/portal/usulan/{PROPOSAL}"


@pytest.fixture
def processing(officer: FlaskClient, edge: FakeEdge) -> FlaskClient:
    result = {
        "document": "required",
        "pickup_place": None,
        "fields": [a_field("nomor_surat", required=False)],
    }
    layanan = a_layanan(result=result)
    knows(
        edge, a_proposal(definition=layanan, stage="processing", allowed_actions=["enter_result"])
    )
    knows_upload(edge, f"result/{PROPOSAL}")
    edge.answers["POST", f"{PATH}/result"] = (201, a_proposal(stage="completed", result="ms"))
    return officer


def test_a_result_goes_with_the_receipt_of_its_letter(processing: FlaskClient, edge: FakeEdge):
    form = {"result": "ms", "upload": UPLOAD, "field.nomor_surat": "7/X"}

    done = post(processing, f"{PAGE}/hasil", **form)

    (sent,) = edge.told("POST", f"{PATH}/result")
    assert done.headers["Location"] == "/portal/tugas"
    assert f"tersimpan: {said('ms')}." in processing.get("/portal/status").text
    assert sent.json == {
        "result": "ms",
        "remark": "",
        "receipt": "signed.receipt",
        "fields": {"nomor_surat": "7/X"},
    }


def test_a_letter_that_documents_does_not_have_is_told_beside_it(
    processing: FlaskClient, edge: FakeEdge
):
    edge.answers["GET", f"{DOCUMENTS}/uploads/{UPLOAD}"] = (404, problem(404, "not_found"))

    page = post(processing, f"{PAGE}/hasil", result="ms", remark="Catatan", upload=UPLOAD)

    assert page.status_code == 422
    assert "Pilih berkas itu lagi." in page.text
    assert 'class="upload wrong"' in page.text
    assert ">Catatan</textarea>" in page.text
    assert edge.told("POST", f"{PATH}/result") == []


def test_the_letter_of_another_case_is_not_taken(processing: FlaskClient, edge: FakeEdge):
    knows_upload(edge, "result/01a20000-0000-7000-8000-0000000000bb")

    page = post(processing, f"{PAGE}/hasil", result="ms", upload=UPLOAD)

    assert page.status_code == 422
    assert edge.told("POST", f"{PATH}/result") == []


def test_a_script_sends_the_letter_and_shows_it_in_the_form(
    processing: FlaskClient, edge: FakeEdge
):
    token = {"csrf_token": csrf_of(processing)}
    script = {"Accept": "application/json"}

    given = processing.post(f"{PAGE}/hasil/izin", data=token, headers=script).get_json()
    there = processing.post(
        f"{PAGE}/hasil/dokumen", data=token | {"upload": UPLOAD}, headers=script
    ).get_json()

    (asked,) = edge.told("POST", f"{DOCUMENTS}/permits")
    assert asked.json == {"slot": f"result/{PROPOSAL}", "max_bytes": 10_485_760}
    assert given["permit"] == "signed.permit"
    assert f'name="upload" value="{UPLOAD}"' in there["html"]
    assert there["again"] == f"{PAGE}/hasil?unggahan={UPLOAD}"
    assert f'name="upload" value="{UPLOAD}"' in processing.get(there["again"]).text


def test_the_letter_can_be_looked_at_before_it_is_sent(processing: FlaskClient, edge: FakeEdge):
    content = f"{DOCUMENTS}/documents/{an_upload('')['document']['id']}/content"
    edge.answers["GET", content] = (200, {"the": "letter"})
    page = processing.get(f"{PAGE}/hasil?unggahan={UPLOAD}").text

    shown = processing.get(f"{PAGE}/hasil/dokumen/{UPLOAD}")

    assert f'href="{PAGE}/hasil/dokumen/{UPLOAD}"' in page
    assert shown.get_json() == {"the": "letter"}
    knows_upload(edge, f"result/{PROPOSAL}", "arriving")
    assert processing.get(f"{PAGE}/hasil/dokumen/{UPLOAD}").status_code == 404


def test_without_scripts_what_was_typed_is_back_when_the_letter_has_arrived(
    processing: FlaskClient, edge: FakeEdge
):
    secrets = hidden(processing, f"{PAGE}/hasil")

    kept = post(processing, f"{PAGE}/hasil/unggah", **secrets, result="ms", remark="Surat ke-7.")
    page = processing.get(kept.headers["Location"]).text
    back = processing.get(f"{PAGE}/hasil?unggahan={UPLOAD}").text

    (asked,) = edge.told("POST", f"{DOCUMENTS}/permits")
    assert asked.json["back"] == f"{PAGE}/hasil"
    assert 'name="permit" value="signed.permit"' in page
    assert ">Surat ke-7.</textarea>" in back
    assert f'name="upload" value="{UPLOAD}"' in back


def test_a_refused_letter_is_told_beside_it(processing: FlaskClient, edge: FakeEdge):
    knows_upload(edge, f"result/{PROPOSAL}", "refused", problem=a_refusal())

    page = processing.get(f"{PAGE}/hasil?unggahan={UPLOAD}")

    assert page.status_code == 422
    assert "Halaman 2 berisi skrip." in page.text
    assert 'name="upload"' not in page.text


def test_a_letter_that_came_too_late_is_asked_for_again(processing: FlaskClient):
    page = processing.get(f"{PAGE}/hasil?gagal=permit_expired")

    assert page.status_code == 422
    assert "hanya berlaku 15 menit" in page.text
    assert 'name="upload"' not in page.text


def test_a_letter_that_nobody_could_look_at_yet_is_not_asked_for_again(
    processing: FlaskClient, edge: FakeEdge
):
    knows_upload(edge, f"result/{PROPOSAL}", "arriving")
    page = processing.get(f"{PAGE}/hasil?unggahan={UPLOAD}").text
    edge.answers["POST", f"{DOCUMENTS}/uploads/{UPLOAD}/finish"] = (201, {})

    again = post(processing, f"{PAGE}/hasil/unggah/periksa", unggahan=UPLOAD)

    assert f'formaction="{PAGE}/hasil/unggah/periksa"' in page
    assert len(edge.told("POST", f"{DOCUMENTS}/uploads/{UPLOAD}/finish")) == 1
    assert again.headers["Location"] == f"{PAGE}/hasil?unggahan={UPLOAD}"


def test_a_page_of_the_release_before_is_told_to_choose_the_letter_again(
    processing: FlaskClient, edge: FakeEdge
):
    file = (io.BytesIO(b"%PDF-1.7 hasil"), "hasil.pdf")

    page = post(processing, f"{PAGE}/hasil", result="ms", remark="Catatan", document=file)

    assert page.status_code == 422
    assert "sebelum portal diperbarui" in page.text
    assert ">Catatan</textarea>" in page.text
    assert edge.told("POST", f"{PATH}/result") == []


def test_a_missing_remark_is_told_at_the_remark(processing: FlaskClient, edge: FakeEdge):
    errors = {"/remark": "Keterangan wajib untuk TMS."}
    edge.answers["POST", f"{PATH}/result"] = (422, problem(422, "invalid", **errors))

    page = post(processing, f"{PAGE}/hasil", result="tms")

    assert "Keterangan wajib untuk TMS." in page.text
    assert '<textarea id="remark" name="remark" rows="3" maxlength="2000" aria-invalid' in page.text
    assert 'value="tms" required checked' in page.text


def test_what_i_decided_shows_where_it_is_now(officer: FlaskClient, edge: FakeEdge):
    entry = {
        "at": "2026-04-02T01:00:00+00:00",
        "action": "approve",
        "done_label": said("approved"),
        "from_stage": "umpeg_verification",
        "from_stage_label": said("umpeg_verification"),
        "proposal": a_proposal(stage="processing"),
    }
    edge.answers["GET", f"{API}/decided"] = (200, page_of(entry))

    page = officer.get("/portal/keputusan").text

    assert said("approved") in page
    assert said("processing") in page
