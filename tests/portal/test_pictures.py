"""Pictures become the PDF of a requirement: in order, looked at, and used after that."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from portal.sections.filing_pictures.choice import Choice, Chosen
from tests.portal.stage_set import PROPOSAL, FakeEdge, csrf_of, problem, sign_in
from tests.portal.told import DOCUMENTS, UPLOAD, a_proposal, an_upload, knows

ROW = f"/portal/usulan/{PROPOSAL}/dokumen/skp"
PAGE = f"{ROW}/foto"
SLOT = f"proposal/{PROPOSAL}/skp"
FIRST, SECOND, MADE = (UPLOAD.replace("d", letter) for letter in "123")
SCRIPT = {"Accept": "application/json"}
PICTURE = {"code": "document_is_a_picture", "detail": "Ini foto.", "offers": ["combine"]}


def said(*pictures: tuple[str, int]) -> str:
    return Choice(tuple(Chosen(UUID(upload), turns) for upload, turns in pictures)).said()


def knows_picture(edge: FakeEdge, upload: str, name: str = "IMG_1.jpg.pdf", **changes: Any) -> None:
    told = {**an_upload(SLOT, "arriving", id=upload, name=name), **changes}
    edge.answers["GET", f"{DOCUMENTS}/uploads/{upload}"] = (200, told)


def knows_made(edge: FakeEdge, state: str = "proposed", **changes: Any) -> None:
    told = {**an_upload(SLOT, state, id=MADE, length=983_040), "pages": 2, **changes}
    edge.answers["GET", f"{DOCUMENTS}/uploads/{MADE}"] = (200, told)


@pytest.fixture
def applicant(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge)
    knows(edge, a_proposal())
    knows_picture(edge, FIRST)
    knows_picture(edge, SECOND, "IMG <2>.heic.pdf", problem=PICTURE, state="refused")
    knows_made(edge)
    edge.answers["POST", f"{DOCUMENTS}/permits"] = (201, {"permit": "signed.permit"})
    edge.answers["POST", f"{DOCUMENTS}/uploads/combine"] = (201, {"id": MADE})
    return client


def post(client: FlaskClient, path: str, *, script: bool = False, **data: str) -> Any:
    fields = {"csrf_token": csrf_of(client), "again": PAGE}
    return client.post(path, data=fields | data, headers=SCRIPT if script else {})


def test_the_page_offers_camera_and_gallery_and_a_form_without_scripts(applicant: FlaskClient):
    page = applicant.get(PAGE).text

    assert 'capture="environment"' in page
    assert "Pilih dari galeri" in page
    assert 'name="permit" value="signed.permit"' in page
    assert f'action="{DOCUMENTS}/uploads/form"' in page


def test_a_permit_is_for_this_place_and_leads_back_with_the_pictures_so_far(
    applicant: FlaskClient, edge: FakeEdge
):
    applicant.get(f"{PAGE}?foto={said((FIRST, 1))}")

    (asked,) = edge.told("POST", f"{DOCUMENTS}/permits")
    assert asked.json["slot"] == SLOT
    assert asked.json["back"] == f"{PAGE}?foto={said((FIRST, 1))}"


def test_a_picture_that_came_back_is_the_last_one(applicant: FlaskClient):
    page = applicant.get(f"{PAGE}?foto={said((FIRST, 0))}&unggahan={SECOND}").text

    assert page.index("IMG_1.jpg") < page.index("IMG &lt;2&gt;.heic")
    assert f'name="foto" value="{said((FIRST, 0), (SECOND, 0))}"' in page


def test_a_picture_that_came_too_late_is_asked_for_again_and_the_others_stay(
    applicant: FlaskClient,
):
    page = applicant.get(f"{PAGE}?foto={said((FIRST, 0))}&gagal=permit_expired").text

    assert "hanya berlaku 15 menit" in page
    assert f'name="foto" value="{said((FIRST, 0))}"' in page


def test_order_turns_and_removal_are_addresses(applicant: FlaskClient):
    page = applicant.get(f"{PAGE}?foto={said((FIRST, 0), (SECOND, 3))}").text

    for choice in (
        said((SECOND, 3), (FIRST, 0)),
        said((FIRST, 1), (SECOND, 3)),
        said((FIRST, 0), (SECOND, 0)),
        said((SECOND, 3)),
    ):
        assert f'href="{PAGE}?foto={choice}"' in page


def test_the_pdf_is_made_in_the_order_and_with_the_turns(applicant: FlaskClient, edge: FakeEdge):
    chosen = said((SECOND, 3), (FIRST, 0))

    answer = post(applicant, f"{PAGE}/jadikan", foto=chosen)

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"hasil={MADE}&foto={chosen}")
    (asked,) = edge.told("POST", f"{DOCUMENTS}/uploads/combine")
    assert asked.json["pages"] == [
        {"upload": SECOND, "rotate": 270},
        {"upload": FIRST, "rotate": 0},
    ]


def test_a_script_gets_the_result_to_put_in_place(applicant: FlaskClient):
    html = post(applicant, f"{PAGE}/jadikan", script=True, foto=said((FIRST, 0))).json["html"]

    assert "Periksa hasilnya" in html
    assert f"{PAGE}/{MADE}/1.jpg" in html
    assert f"{PAGE}/{MADE}/2.jpg" in html
    assert "960 KB (paling besar 1 MB)" in html


@pytest.mark.parametrize("script", [True, False])
def test_a_refusal_names_the_picture_and_the_choice_stays(
    applicant: FlaskClient, edge: FakeEdge, script: bool
):
    told = problem(422, "picture_not_readable") | {"detail": "Foto nomor 1 tidak dapat dibaca."}
    edge.answers["POST", f"{DOCUMENTS}/uploads/combine"] = (422, told)

    answer = post(applicant, f"{PAGE}/jadikan", script=script, foto=said((FIRST, 0)))

    assert answer.status_code == 422
    if script:
        assert answer.json["detail"] == told["detail"]
    else:
        assert told["detail"] in answer.text
        assert "IMG_1.jpg" in answer.text


def test_looking_at_the_result_makes_no_document(applicant: FlaskClient, edge: FakeEdge):
    page = applicant.get(f"{PAGE}?foto={said((FIRST, 0))}&hasil={MADE}").text

    assert "Pakai berkas ini" in page
    assert edge.told("POST", f"{DOCUMENTS}/uploads/{MADE}/finish") == []


def test_who_has_seen_it_has_it_attached(applicant: FlaskClient, edge: FakeEdge):
    edge.answers["POST", f"{DOCUMENTS}/uploads/{MADE}/finish"] = lambda _sent: (
        knows_made(edge, "stored") or (201, {"id": "x"})
    )

    answer = post(applicant, f"{PAGE}/pakai", hasil=MADE, foto=said((FIRST, 0)))

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{ROW}/diterima?unggahan={MADE}"


def test_a_result_that_is_not_taken_after_all_says_why(applicant: FlaskClient, edge: FakeEdge):
    why = {"code": "document_infected", "detail": "Berkas berbahaya.", "offers": []}
    edge.answers["POST", f"{DOCUMENTS}/uploads/{MADE}/finish"] = lambda _sent: (
        knows_made(edge, "refused", problem=why) or (422, problem(422, "document_infected"))
    )

    answer = post(applicant, f"{PAGE}/pakai", hasil=MADE, foto=said((FIRST, 0)))

    assert answer.status_code == 422
    assert "Berkas berbahaya." in answer.text


def test_what_is_no_picture_is_left_out_and_says_why(applicant: FlaskClient, edge: FakeEdge):
    why = {"code": "document_damaged", "detail": "Berkas rusak.", "offers": []}
    knows_picture(edge, SECOND, "surat.pdf", state="refused", problem=why)

    page = applicant.get(f"{PAGE}?foto={said((FIRST, 0))}&unggahan={SECOND}").text

    assert "Berkas rusak." in page
    assert f'name="foto" value="{said((FIRST, 0))}"' in page


def test_a_pdf_among_the_pictures_can_be_used_as_it_is(applicant: FlaskClient, edge: FakeEdge):
    knows_picture(edge, SECOND, "surat.pdf", state="stored")

    page = applicant.get(f"{PAGE}?foto={said((FIRST, 0))}&unggahan={SECOND}").text

    assert "<strong>surat.pdf</strong>: Berkas ini sudah PDF, bukan foto." in page
    assert f'href="{ROW}/diterima?unggahan={SECOND}"' in page
    assert f'name="foto" value="{said((FIRST, 0))}"' in page


@pytest.mark.parametrize("wrong", ["x", f"{'A' * 22}.7", "AA.0", "…"])
def test_an_address_that_was_made_up_is_nowhere(applicant: FlaskClient, wrong: str):
    assert applicant.get(f"{PAGE}?foto={wrong}").status_code == 404


def test_pictures_of_another_place_are_not_found(applicant: FlaskClient, edge: FakeEdge):
    elsewhere = an_upload(f"proposal/{PROPOSAL}/ijazah", "arriving", id=FIRST)
    edge.answers["GET", f"{DOCUMENTS}/uploads/{FIRST}"] = (200, elsewhere)

    assert applicant.get(f"{PAGE}?foto={said((FIRST, 0))}").status_code == 404


def test_a_place_that_is_closed_has_no_such_page(applicant: FlaskClient, edge: FakeEdge):
    knows(edge, a_proposal(stage="umpeg_verification"))

    assert applicant.get(PAGE).status_code == 404


def test_the_form_and_the_page_of_a_refused_picture_lead_here(
    applicant: FlaskClient, edge: FakeEdge
):
    form = applicant.get(f"/portal/usulan/{PROPOSAL}/isi").text
    refused = post(applicant, ROW, script=True, upload=SECOND)

    assert f'href="{PAGE}"' in form
    assert refused.status_code == 422
    assert f"{PAGE}?unggahan={SECOND}" in refused.json["html"]
    assert "Jadikan PDF" in refused.json["html"]
