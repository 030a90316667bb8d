"""The browser sends files to documents; the portal gives permits and fetches receipts."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, csrf_of, portal, problem, sign_in
from tests.portal.told import (
    DOCUMENTS,
    UPLOAD,
    a_proposal,
    a_refusal,
    knows,
    knows_upload,
)

PATH = f"{API}/proposals/{PROPOSAL}"
FORM = f"/portal/usulan/{PROPOSAL}/isi"
ROW = f"/portal/usulan/{PROPOSAL}/dokumen/skp"
SLOT = f"proposal/{PROPOSAL}/skp"
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def applicant(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge)
    knows(edge, a_proposal())
    knows_upload(edge, SLOT)
    edge.answers["PATCH", PATH] = (200, a_proposal(fields={"keperluan": "Baru"}), {"ETag": '"2"'})
    edge.answers["PUT", f"{PATH}/documents/skp"] = (200, {"id": PROPOSAL}, {"ETag": '"3"'})
    return client


def post(client: FlaskClient, path: str, *, script: bool = False, **data: Any) -> Any:
    fields = {"csrf_token": csrf_of(client), "etag": '"1"', "again": FORM}
    return client.post(path, data=fields | data, headers=SCRIPT if script else {})


def attached(edge: FakeEdge) -> list[Any]:
    return [sent.json for sent in edge.told("PUT", f"{PATH}/documents/skp")]


def test_a_script_gets_a_permit_for_this_slot_only(applicant: FlaskClient, edge: FakeEdge):
    given = post(applicant, f"{ROW}/izin", script=True).get_json()

    (asked,) = edge.told("POST", f"{DOCUMENTS}/permits")
    assert asked.json == {"slot": SLOT, "max_bytes": 1_048_576}
    assert asked.headers["authorization"] == "Bearer access-1"
    assert given == {"permit": "signed.permit", "uploads": f"{DOCUMENTS}/uploads"}


def test_no_permit_is_given_to_a_page_of_another_site(applicant: FlaskClient, edge: FakeEdge):
    refused = applicant.post(f"{ROW}/izin", data={"csrf_token": "guessed"}, headers=SCRIPT)

    assert refused.status_code == 403
    assert edge.told("POST", f"{DOCUMENTS}/permits") == []


def test_the_portal_fetches_the_receipt_itself_and_attaches_it(
    applicant: FlaskClient, edge: FakeEdge
):
    answer = post(applicant, ROW, script=True, upload=UPLOAD, receipt="forged.receipt").get_json()

    assert attached(edge) == [{"receipt": "signed.receipt"}]
    assert edge.told("GET", f"{DOCUMENTS}/uploads/{UPLOAD}")[0].headers["authorization"]
    assert answer["etag"] == '"3"'
    assert "lengkap" in answer["missing"]


def test_a_file_that_waits_for_the_scanner_says_so(applicant: FlaskClient, edge: FakeEdge):
    proposal = a_proposal()
    file = {"name": "skp.pdf", "size": 2048, "pages": 2, "document_id": PROPOSAL}
    proposal["documents"][0]["current"] = file
    knows(edge, proposal)
    knows_upload(edge, SLOT, document={"id": PROPOSAL, "state": "in_quarantine"})

    row = post(applicant, ROW, script=True, upload=UPLOAD).get_json()["html"]
    applicant.get(f"{ROW}/diterima?unggahan={UPLOAD}")

    told = "Berkas akan diperiksa dari virus sebelum dapat dibuka."
    assert told in row
    assert told in applicant.get(FORM).text


def test_what_a_script_puts_into_the_page_is_escaped(applicant: FlaskClient, edge: FakeEdge):
    proposal = a_proposal()
    name = "<img src=x onerror=alert(1)>.pdf"
    proposal["documents"][0]["current"] = {"name": name, "size": 2048, "pages": 2}
    knows(edge, proposal, etag='"8"')

    answer = post(applicant, ROW, script=True, upload=UPLOAD).get_json()

    assert "&lt;img src=x onerror=alert(1)&gt;.pdf · 2 KB · 2 halaman" in answer["html"]
    assert "<img" not in answer["html"] + answer["missing"]


@pytest.mark.parametrize("upload", ["", "not-an-id", "../permits", UPLOAD.replace("d", "e")])
def test_an_id_of_no_upload_attaches_nothing(applicant: FlaskClient, edge: FakeEdge, upload: str):
    refused = post(applicant, ROW, script=True, upload=upload)

    assert refused.status_code == 404
    assert attached(edge) == []


def test_an_upload_for_another_place_is_not_attached_here(applicant: FlaskClient, edge: FakeEdge):
    knows_upload(edge, f"proposal/{PROPOSAL}/surat")

    refused = post(applicant, ROW, script=True, upload=UPLOAD)

    assert refused.status_code == 404
    assert attached(edge) == []


def test_a_document_that_is_there_already_is_not_attached_again(
    applicant: FlaskClient, edge: FakeEdge
):
    proposal = a_proposal()
    told = edge.answers["GET", f"{DOCUMENTS}/uploads/{UPLOAD}"][1]
    file = {"name": "skp.pdf", "size": 2048, "pages": 2, "document_id": told["document"]["id"]}
    proposal["documents"][0]["current"] = file
    knows(edge, proposal, etag='"8"')

    answer = post(applicant, ROW, script=True, upload=UPLOAD).get_json()

    assert attached(edge) == []
    assert answer["etag"] == '"8"'


@pytest.mark.parametrize("offers", [(), ("strip_prefix",)])
def test_a_script_is_told_why_a_file_is_refused(
    applicant: FlaskClient, edge: FakeEdge, offers: tuple[str, ...]
):
    told = a_refusal("Halaman 2 <b>berisi</b> skrip.", *offers)
    knows_upload(edge, SLOT, "refused", problem=told)

    refused = post(applicant, ROW, script=True, upload=UPLOAD)

    answer = refused.get_json()
    assert (refused.status_code, answer["code"]) == (422, "document_has_script")
    assert answer["detail"] == "Halaman 2 <b>berisi</b> skrip."
    assert "<strong>skp.pdf</strong>: Halaman 2 &lt;b&gt;berisi&lt;/b&gt; skrip." in answer["html"]
    assert ("/perbaiki/" in answer["html"]) is (bool(offers) and _can_be_mended(applicant))


def _can_be_mended(client: FlaskClient) -> bool:
    rules = client.application.url_map.iter_rules()
    return any("/perbaiki/" in rule.rule for rule in rules)


def test_a_refused_file_leads_to_its_mending_where_a_section_offers_it(edge: FakeEdge):
    client = portal(edge)
    if not _can_be_mended(client):
        client.application.add_url_rule(
            "/portal/usulan/<uuid:proposal_id>/dokumen/<code>/perbaiki/<uuid:upload_id>",
            "filing.mended_for_a_test",
            lambda **_ids: "",
        )
    sign_in(client, edge)
    knows(edge, a_proposal())
    knows_upload(edge, SLOT, "refused", problem=a_refusal("Ada baris di depan.", "strip_prefix"))

    answer = post(client, ROW, script=True, upload=UPLOAD).get_json()

    assert f'href="{ROW}/perbaiki/{UPLOAD}"' in answer["html"]


@pytest.mark.parametrize("path", [f"{ROW}/izin", ROW])
def test_a_slot_that_is_not_open_takes_no_file(applicant: FlaskClient, edge: FakeEdge, path: str):
    knows(edge, a_proposal(stage="revision", opened={"fields": [], "documents": ["surat"]}))

    assert post(applicant, path, script=True, upload=UPLOAD).status_code == 404
    assert attached(edge) == []
    assert edge.told("POST", f"{DOCUMENTS}/permits") == []


@pytest.mark.parametrize("status", [404, 405])
def test_documents_of_the_release_before_are_said_to_be_busy(
    applicant: FlaskClient, edge: FakeEdge, status: int
):
    edge.answers["POST", f"{DOCUMENTS}/permits"] = (status, problem(status, "not_found"))

    for_script = post(applicant, f"{ROW}/izin", script=True)
    page = applicant.get(f"{ROW}/unggah")

    assert (for_script.status_code, for_script.headers["Retry-After"]) == (503, "5")
    assert "Coba lagi" in for_script.get_json()["detail"]
    assert page.status_code == 503
    assert f'href="{ROW}/unggah">Coba lagi' in page.text


def test_who_is_not_signed_in_gets_no_permit(applicant: FlaskClient, edge: FakeEdge):
    token = csrf_of(applicant)
    edge.answers["POST", f"{DOCUMENTS}/permits"] = (401, problem(401, "token_expired"))

    over = applicant.post(f"{ROW}/izin", data={"csrf_token": token}, headers=SCRIPT)

    assert (over.status_code, over.get_json()["code"]) == (401, "session_over")


class TestWithoutScripts:
    def test_the_form_of_a_draft_has_no_place_for_bytes(self, applicant: FlaskClient):
        page = applicant.get(FORM).text

        without_templates = "".join(
            part.split("</template>")[-1] for part in page.split("<template")
        )
        assert "multipart" not in page
        assert 'type="file"' not in without_templates
        assert f'formaction="{ROW}/unggah"' in without_templates

    def test_a_row_s_button_saves_what_was_typed_and_leads_to_its_own_page(
        self, applicant: FlaskClient, edge: FakeEdge
    ):
        saved = post(applicant, f"{ROW}/unggah", **{"field.keperluan": "Baru"})
        page = applicant.get(saved.headers["Location"])

        (sent,) = edge.told("PATCH", PATH)
        (asked,) = edge.told("POST", f"{DOCUMENTS}/permits")
        assert sent.json == {"fields": {"keperluan": "Baru"}}
        assert (saved.status_code, saved.headers["Location"]) == (303, f"{ROW}/unggah")
        assert asked.json["back"] == f"{ROW}/diterima"
        assert f'action="{DOCUMENTS}/uploads/form" enctype="multipart/form-data"' in page.text
        assert 'name="permit" value="signed.permit"' in page.text
        assert page.text.index('name="permit"') < page.text.index('name="file"')
        assert csrf_of(applicant) not in page.text.split('enctype="multipart')[1].split("</form")[0]
        assert f'href="{FORM}#document-skp"' in page.text

    def test_what_cannot_be_saved_is_said_before_a_file_is_chosen(
        self, applicant: FlaskClient, edge: FakeEdge
    ):
        errors = {"/fields/keperluan": "Paling sedikit 3 karakter."}
        edge.answers["PATCH", PATH] = (422, problem(422, "invalid", **errors))

        page = post(applicant, f"{ROW}/unggah", **{"field.keperluan": "ab"})

        assert page.status_code == 422
        assert "Paling sedikit 3 karakter." in page.text
        assert 'value="ab"' in page.text

    def test_a_file_that_arrived_is_attached_and_the_form_is_there_again(
        self, applicant: FlaskClient, edge: FakeEdge
    ):
        back = applicant.get(f"{ROW}/diterima?unggahan={UPLOAD}")

        assert attached(edge) == [{"receipt": "signed.receipt"}]
        assert back.headers["Location"] == f"{FORM}#document-skp"
        assert "Dokumen skp: berkas sudah diterima." in applicant.get(FORM).text

    def test_who_has_to_sign_in_in_between_comes_back_with_the_file(self, applicant: FlaskClient):
        applicant.delete_cookie("simpul_who", domain="simpul.test")

        asked = applicant.get(f"{ROW}/diterima?unggahan={UPLOAD}")

        assert f"/dokumen/skp/diterima?unggahan%3D{UPLOAD}" in asked.headers["Location"]

    def test_a_refused_file_is_explained_where_another_can_be_chosen(
        self, applicant: FlaskClient, edge: FakeEdge
    ):
        knows_upload(edge, SLOT, "refused", problem=a_refusal())

        page = applicant.get(f"{ROW}/diterima?unggahan={UPLOAD}")

        assert page.status_code == 422
        assert "<strong>skp.pdf</strong>: Halaman 2 berisi skrip." in " ".join(page.text.split())
        assert 'name="permit" value="signed.permit"' in page.text
        assert attached(edge) == []

    def test_a_picture_is_called_as_its_owner_calls_it(
        self, applicant: FlaskClient, edge: FakeEdge
    ):
        why = a_refusal() | {"code": "document_is_a_picture", "detail": "Ini foto."}
        knows_upload(edge, SLOT, "refused", name="IMG_1.jpg.pdf", problem=why)

        page = applicant.get(f"{ROW}/diterima?unggahan={UPLOAD}").text

        assert "<strong>IMG_1.jpg</strong>: Ini foto." in " ".join(page.split())

    def test_a_file_that_nobody_could_look_at_yet_is_not_asked_for_again(
        self, applicant: FlaskClient, edge: FakeEdge
    ):
        knows_upload(edge, SLOT, "arriving")
        page = applicant.get(f"{ROW}/diterima?unggahan={UPLOAD}")

        def looked_at(_sent: Any) -> Any:
            knows_upload(edge, SLOT)
            return 201, {}

        edge.answers["POST", f"{DOCUMENTS}/uploads/{UPLOAD}/finish"] = looked_at
        done = post(applicant, f"{ROW}/diterima", unggahan=UPLOAD)

        assert "tidak perlu diunggah ulang" in page.text
        assert f'action="{ROW}/diterima"' in page.text
        assert attached(edge) == [{"receipt": "signed.receipt"}]
        assert done.headers["Location"] == f"{FORM}#document-skp"

    @pytest.mark.parametrize(
        ("code", "told"),
        [
            ("permit_expired", "hanya berlaku 15 menit"),
            ("upload_quota_exceeded", "batas unggah Anda untuk 24 jam"),
            ("too_many_open_uploads", "belum selesai"),
            ("document_too_large", "lebih besar dari 10 MB"),
            ("store_unavailable", "sistem sedang sibuk"),
            ("<script>", "sistem sedang sibuk"),
        ],
    )
    def test_a_file_that_was_not_begun_is_explained_where_it_can_be_chosen_again(
        self, applicant: FlaskClient, edge: FakeEdge, code: str, told: str
    ):
        page = applicant.get(f"{ROW}/diterima", query_string={"gagal": code})

        assert page.status_code == 422
        assert told in page.text
        assert 'name="permit" value="signed.permit"' in page.text
        assert "<script>" not in page.text.split('role="alert"')[1].split("</div>")[0]
        assert edge.told("GET", f"{DOCUMENTS}/uploads/") == attached(edge) == []

    def test_proposal_may_still_say_no(self, applicant: FlaskClient, edge: FakeEdge):
        errors = {"/receipt": "Berkas lebih besar dari 1 MB."}
        edge.answers["PUT", f"{PATH}/documents/skp"] = (422, problem(422, "too_large", **errors))

        page = applicant.get(f"{ROW}/diterima?unggahan={UPLOAD}")

        assert page.status_code == 422
        assert "Berkas lebih besar dari 1 MB." in page.text


class TestPagesOfTheReleaseBefore:
    FILE = (b"%PDF-1.7 contoh", "skp.pdf")

    def test_a_form_with_files_is_saved_and_says_what_to_choose_again(
        self, applicant: FlaskClient, edge: FakeEdge
    ):
        file = (io.BytesIO(self.FILE[0]), self.FILE[1])

        page = post(applicant, FORM, **{"field.keperluan": "Baru", "document.skp": file})

        assert edge.told("PATCH", PATH)[0].json == {"fields": {"keperluan": "Baru"}}
        assert page.status_code == 422
        assert "halaman ini dibuka sebelum portal diperbarui" in page.text
        assert attached(edge) == []

    def test_its_script_is_told_to_load_the_page_again(
        self, applicant: FlaskClient, edge: FakeEdge
    ):
        file = (io.BytesIO(self.FILE[0]), self.FILE[1])

        refused = post(applicant, ROW, script=True, file=file)

        assert refused.status_code == 422
        assert "Muat ulang halaman" in refused.get_json()["detail"]
        assert attached(edge) == []

    def test_more_than_a_form_of_words_is_refused_in_words(self, applicant: FlaskClient):
        form = {"Content-Type": "multipart/form-data; boundary=x"}

        refused = applicant.post(FORM, data=bytes(3_000_000), headers=form)

        assert refused.status_code == 413
        assert "terlalu besar" in refused.text
