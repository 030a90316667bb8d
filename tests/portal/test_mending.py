"""A refused file is mended before the eyes of who sent it, and used only after they agree."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import PROPOSAL, FakeEdge, csrf_of, problem, sign_in
from tests.portal.told import DOCUMENTS, UPLOAD, an_upload

SLOT = f"proposal/{PROPOSAL}/skp"
MADE = UPLOAD.replace("d", "e")
ROW = f"/portal/usulan/{PROPOSAL}/dokumen/skp"
PAGE = f"{ROW}/perbaiki/{UPLOAD}"
SHOWN = f"{PAGE}?hasil={MADE}"
WHY = "Berkas lebih besar dari 1 MB."
LABEL = "Berkas dikemas ulang."
CHANGES = {
    "how": "size",
    "size_before": 5_242_880,
    "size_after": 983_040,
    "pages": 7,
    "changed_pages": [4, 1, 2],
    "words": ["Resolusi gambar diturunkan dari 600 ke 200 dpi."],
}


def a_refused_upload(*offers: str) -> dict[str, Any]:
    mends = [{"how": how, "label": LABEL} for how in offers]
    why = {"code": "document_too_large", "detail": WHY, "offers": list(offers), "mends": mends}
    return an_upload(SLOT, "refused", problem=why, length=5_242_880, name="SK <b>.pdf")


def knows_made(edge: FakeEdge, state: str = "proposed", **changes: Any) -> None:
    made = an_upload(SLOT, state, id=MADE, length=983_040)
    told = {**made, "made_from": UPLOAD, "changes": CHANGES, "pages": 7, **changes}
    edge.answers["GET", f"{DOCUMENTS}/uploads/{MADE}"] = (200, told)


@pytest.fixture
def applicant(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge)
    edge.answers["GET", f"{DOCUMENTS}/uploads/{UPLOAD}"] = (200, a_refused_upload("size"))
    edge.answers["POST", f"{DOCUMENTS}/uploads/{UPLOAD}/mended"] = (201, {"id": MADE})
    knows_made(edge)
    return client


def post(client: FlaskClient, path: str, **data: str) -> Any:
    return client.post(path, data={"csrf_token": csrf_of(client), "again": PAGE, **data})


def test_the_page_says_what_was_wrong_and_what_would_be_changed(
    applicant: FlaskClient, edge: FakeEdge
):
    page = applicant.get(PAGE).text

    assert WHY in page
    assert LABEL in page
    assert "SK &lt;b&gt;.pdf · 5 MB" in page
    assert "Berkas asli Anda tidak diubah." in page
    assert edge.told("POST", f"{DOCUMENTS}/uploads/{UPLOAD}/mended") == []


def test_asking_for_it_leads_to_the_result(applicant: FlaskClient, edge: FakeEdge):
    answer = post(applicant, PAGE, how="size")

    assert (answer.status_code, answer.headers["Location"]) == (303, SHOWN)
    (asked,) = edge.told("POST", f"{DOCUMENTS}/uploads/{UPLOAD}/mended")
    assert asked.json == {"how": "size"}


def test_the_result_is_shown_before_and_after_with_sizes(applicant: FlaskClient):
    page = applicant.get(SHOWN).text

    assert CHANGES["words"][0] in page
    assert "sebelum · 5 MB" in page
    assert "sesudah · 960 KB" in page
    for upload in (UPLOAD, MADE):
        for number in (1, 4):
            assert f"/portal/unggahan/{upload}/halaman/{number}.jpg" in page
    assert "Pakai hasil ini" in page
    assert f"{ROW}/unggah" in page


def test_looking_at_the_result_makes_no_document(applicant: FlaskClient, edge: FakeEdge):
    applicant.get(SHOWN)

    assert [call.path for call in edge.calls if call.method != "GET"] == []


def test_who_agrees_has_the_result_attached(applicant: FlaskClient, edge: FakeEdge):
    edge.answers["POST", f"{DOCUMENTS}/uploads/{MADE}/finish"] = lambda _sent: (
        knows_made(edge, "stored") or (201, {"id": "x"})
    )

    answer = post(applicant, f"{PAGE}/pakai", hasil=MADE)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{ROW}/diterima?unggahan={MADE}"


def test_a_result_that_is_not_taken_after_all_says_why(applicant: FlaskClient, edge: FakeEdge):
    why = {"code": "document_too_complex", "detail": "Terlalu rumit.", "offers": [], "mends": []}
    edge.answers["POST", f"{DOCUMENTS}/uploads/{MADE}/finish"] = lambda _sent: (
        knows_made(edge, "refused", problem=why) or (422, problem(422, "document_too_complex"))
    )

    answer = post(applicant, f"{PAGE}/pakai", hasil=MADE)

    assert answer.status_code == 422
    assert "Terlalu rumit." in answer.text


def test_a_result_used_before_is_attached_when_the_page_is_loaded_again(
    applicant: FlaskClient, edge: FakeEdge
):
    knows_made(edge, "stored")

    assert applicant.get(SHOWN).headers["Location"] == f"{ROW}/diterima?unggahan={MADE}"


def test_a_mend_that_does_not_help_says_so_and_the_way_out_stays(
    applicant: FlaskClient, edge: FakeEdge
):
    told = problem(422, "document_not_smaller")
    edge.answers["POST", f"{DOCUMENTS}/uploads/{UPLOAD}/mended"] = (422, told)

    answer = post(applicant, PAGE, how="size")

    assert answer.status_code == 422
    assert told["detail"] in answer.text
    assert "Pilih berkas lain" in answer.text


def test_while_the_checks_are_busy_it_can_be_tried_again(applicant: FlaskClient, edge: FakeEdge):
    busy = (503, problem(503, "checks_waiting"))
    edge.answers["POST", f"{DOCUMENTS}/uploads/{UPLOAD}/mended"] = busy

    assert post(applicant, PAGE, how="size").status_code == 503


def test_a_file_with_nothing_to_mend_has_another_way_out(applicant: FlaskClient, edge: FakeEdge):
    edge.answers["GET", f"{DOCUMENTS}/uploads/{UPLOAD}"] = (200, a_refused_upload())

    page = applicant.get(PAGE).text

    assert "tanpa kehilangan isi" in page
    assert f"{ROW}/unggah" in page
    assert "Pakai hasil ini" not in page


@pytest.mark.parametrize(
    "changes", [{"slot": "proposal/other/skp"}, {"made_from": MADE}, {"made_from": None}]
)
def test_what_was_made_of_another_file_is_not_shown_here(
    applicant: FlaskClient, edge: FakeEdge, changes: dict[str, Any]
):
    knows_made(edge, **changes)

    assert applicant.get(SHOWN).status_code == 404
    assert post(applicant, f"{PAGE}/pakai", hasil=MADE).status_code == 404
    assert edge.told("POST", f"{DOCUMENTS}/uploads/{MADE}/finish") == []


def test_a_file_of_another_place_is_not_mended_here(applicant: FlaskClient, edge: FakeEdge):
    assert applicant.get(PAGE.replace("skp", "ijazah")).status_code == 404


def test_pages_pass_through_as_pictures_that_nothing_runs_or_keeps(
    applicant: FlaskClient, edge: FakeEdge
):
    edge.answers["GET", f"{DOCUMENTS}/uploads/{MADE}/pages/4.jpg"] = (200, b"\xff\xd8")

    picture = applicant.get(f"/portal/unggahan/{MADE}/halaman/4.jpg")

    assert picture.data == b"\xff\xd8"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Cache-Control"] == "no-store"
