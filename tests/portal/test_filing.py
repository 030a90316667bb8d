from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, csrf_of, problem, sign_in
from tests.portal.told import a_field, a_layanan, a_proposal, a_requirement, knows, said

PATH = f"{API}/proposals/{PROPOSAL}"
PAGE = f"/portal/usulan/{PROPOSAL}"


@pytest.fixture
def applicant(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge)
    knows(edge, a_proposal())
    edge.answers["PATCH", PATH] = (200, a_proposal(fields={"keperluan": "Baru"}), {"ETag": '"2"'})
    for code in ("skp", "surat"):
        edge.answers["PUT", f"{PATH}/documents/{code}"] = (200, a_proposal(), {"ETag": '"3"'})
    edge.answers["POST", f"{PATH}/submit"] = (200, a_proposal(stage="umpeg_verification"))
    return client


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    fields = {"csrf_token": csrf_of(client), "key": "key-1", "etag": '"1"'}
    return client.post(path, data=fields | data)


def test_beginning_twice_makes_one_draft(applicant: FlaskClient, edge: FakeEdge):
    edge.answers["POST", f"{API}/proposals"] = (201, a_proposal())

    for _ in range(2):
        made = post(applicant, "/portal/layanan/bebas_hukdis")

    keys = [item.headers["idempotency-key"] for item in edge.told("POST", f"{API}/proposals")]
    assert made.headers["Location"] == f"{PAGE}/isi"
    assert keys == ["key-1", "key-1"]


def test_every_rendered_form_has_a_key_of_its_own(applicant: FlaskClient):
    def key() -> str:
        return applicant.get(f"{PAGE}/isi").text.split('name="key" value="')[1].split('"')[0]

    assert key() != key()


def test_the_form_shows_types_limits_and_what_is_required(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    option = {"value": "a", "label": "Pilihan A"}
    fields = [
        a_field("teks", maximum=500),
        a_field("jumlah", type="int", required=False),
        a_field("tanggal", type="date"),
        a_field("bulan", type="month"),
        a_field("pilihan", type="enum", options=[option]),
        a_field("banyak", type="multi", options=[option]),
        a_field("setuju", type="bool"),
        a_field("sistem", system=True),
    ]
    requirements = [a_requirement("kecil", max_bytes=512_000), a_requirement("info", upload=False)]
    names = [field["name"] for field in fields if not field["system"]]
    layanan = a_layanan(fields=fields, requirements=requirements)
    opened = {"fields": names, "documents": ["kecil"]}
    knows(edge, a_proposal(definition=layanan, opened=opened, fields={"pilihan": "a"}))

    page = client.get(f"{PAGE}/isi").text

    assert '<textarea id="field.teks"' in page
    assert 'type="date"' in page
    assert 'type="month"' in page
    assert 'inputmode="numeric"' in page
    assert '<option value="a" selected>' in page
    assert 'type="checkbox" name="field.banyak"' in page
    assert 'type="radio" name="field.setuju"' in page
    assert "field.sistem" not in page
    assert "maksimal 500 KB" in page
    assert 'data-max="10485760"' in page
    assert 'id="file-info"' not in page


def test_every_input_has_a_label(applicant: FlaskClient):
    page = applicant.get(f"{PAGE}/isi").text
    ids = [
        part.split('"')[0] for part in page.split(' id="') if "field." in part or "file-" in part
    ]
    inputs = [item for item in ids if item.startswith(("field.", "file-"))]

    assert inputs
    for item in inputs:
        assert f'for="{item}"' in page


def test_saving_sends_only_what_changed_with_the_version_seen(
    applicant: FlaskClient, edge: FakeEdge
):
    saved = post(applicant, f"{PAGE}/isi", **{"field.keperluan": " Baru "})
    post(applicant, f"{PAGE}/isi", **{"field.keperluan": "Lama"})

    (sent,) = edge.told("PATCH", PATH)
    assert sent.json == {"fields": {"keperluan": "Baru"}}
    assert sent.headers["if-match"] == '"1"'
    assert saved.headers["Location"] == f"{PAGE}/isi"


def test_an_emptied_field_is_cleared(applicant: FlaskClient, edge: FakeEdge):
    post(applicant, f"{PAGE}/isi", **{"field.keperluan": ""})

    assert edge.told("PATCH", PATH)[0].json == {"fields": {"keperluan": None}}


def test_a_refused_value_is_told_at_the_field_and_kept(applicant: FlaskClient, edge: FakeEdge):
    errors = {"/fields/keperluan": "Paling sedikit 3 karakter."}
    edge.answers["PATCH", PATH] = (422, problem(422, "invalid", **errors))

    page = post(applicant, f"{PAGE}/isi", **{"field.keperluan": "<x"})

    assert page.status_code == 422
    assert 'id="error-fields.keperluan">Paling sedikit 3 karakter.' in page.text
    assert 'aria-invalid="true"' in page.text
    assert "&lt;x" in page.text
    assert 'href="#field-keperluan"' in page.text


def test_a_file_can_be_taken_off_a_draft_and_what_was_typed_stays(
    applicant: FlaskClient, edge: FakeEdge
):
    proposal = a_proposal()
    proposal["documents"][0]["current"] = {"name": "skp.pdf", "size": 2048, "pages": 2}
    knows(edge, proposal)
    edge.answers["DELETE", f"{PATH}/documents/skp"] = (200, a_proposal(), {"ETag": '"3"'})

    page = applicant.get(f"{PAGE}/isi").text
    done = post(applicant, f"{PAGE}/dokumen/skp/hapus", **{"field.keperluan": "Baru"})

    assert f'formaction="{PAGE}/dokumen/skp/hapus"' in page
    assert f"{PAGE}/dokumen/surat/hapus" not in page
    form = page.split("data-autosave=")[1]
    assert 'value="stay"' in form.split("<button", 2)[1]  # what the Enter key presses
    assert edge.told("PATCH", PATH)[0].json == {"fields": {"keperluan": "Baru"}}
    assert edge.told("DELETE", f"{PATH}/documents/skp")[0].headers["if-match"] == '"2"'
    assert done.headers["Location"] == f"{PAGE}/isi#document-skp"


def test_typing_saves_the_draft_and_tells_what_became_required(
    applicant: FlaskClient, edge: FakeEdge
):
    answer = applicant.post(
        f"{PAGE}/isi/otomatis",
        data={"csrf_token": csrf_of(applicant), "etag": '"1"', "field.keperluan": "Baru"},
        headers={"Accept": "application/json"},
    ).get_json()

    assert "lengkap" in answer.pop("missing")
    assert answer == {"errors": {}, "etag": '"2"', "needed": {"skp": True, "surat": True}}


def test_sending_shows_number_and_lookup_code(applicant: FlaskClient, edge: FakeEdge):
    sent = post(applicant, f"{PAGE}/kirim")

    page = applicant.get(sent.headers["Location"]).text
    (call,) = edge.told("POST", f"{PATH}/submit")
    assert (call.headers["if-match"], call.headers["idempotency-key"]) == ('"1"', "key-1")
    assert "Nomor usulan DEMO/2026/1, kode pelacakan ABC123." in page


def test_what_is_missing_at_the_end_is_told_where_it_is_missing(
    applicant: FlaskClient, edge: FakeEdge
):
    errors = {
        "/documents/surat": "Dokumen wajib dilampirkan.",
        "/layanan": "Masa pengajuan sedang tertutup.",
    }
    edge.answers["POST", f"{PATH}/submit"] = (422, problem(422, "submission_refused", **errors))

    page = post(applicant, f"{PAGE}/kirim")

    assert page.status_code == 422
    assert 'href="#document-surat"' in page.text
    assert "Masa pengajuan sedang tertutup." in page.text
    assert f'action="{PAGE}/isi"' in page.text


@pytest.mark.parametrize("status", [409, 412])
def test_a_change_made_elsewhere_is_explained_and_not_overwritten(
    applicant: FlaskClient, edge: FakeEdge, status: int
):
    edge.answers["POST", f"{PATH}/submit"] = (status, problem(status, "stale"))

    page = post(applicant, f"{PAGE}/kirim", again=f"{PAGE}/kirim")

    assert page.status_code == status
    assert "Data sudah berubah" in page.text
    assert f'href="{PAGE}/kirim"' in page.text


def test_typing_on_a_stale_page_is_told_that_it_is_not_saved(
    applicant: FlaskClient, edge: FakeEdge
):
    edge.answers["PATCH", PATH] = (412, problem(412, "stale"))

    told = post(applicant, f"{PAGE}/isi/otomatis", **{"field.keperluan": "Dari tab lain"})

    assert told.get_json()["detail"].startswith("Belum tersimpan: usulan ini sudah berubah")


def test_the_way_back_from_a_stale_page_stays_in_the_portal(applicant: FlaskClient, edge: FakeEdge):
    edge.answers["POST", f"{PATH}/submit"] = (412, problem(412, "stale"))

    page = post(applicant, f"{PAGE}/kirim", again="javascript:alert(1)")

    assert "javascript:" not in page.text


def test_a_revision_shows_the_note_and_only_what_was_opened(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    reason = {"code": "document_wrong", "label": "Bukan dokumen ini", "target": "document:skp"}
    note = {
        "at": "2026-04-02T01:00:00+00:00", "slot_label": said("umpeg"), "note": "Ganti SKP.",
        "reasons": [reason],
    }  # fmt: skip
    proposal = a_proposal(
        stage="revision",
        opened={"fields": [], "documents": ["skp"]},
        allowed_actions=["resubmit"],
        notes={"umpeg": [note], "opd_head": [], "bkpsdm": [], "bkpsdm_head": []},
    )
    knows(edge, proposal)

    page = client.get(f"{PAGE}/isi").text

    assert said("umpeg") in page
    assert "Ganti SKP." in page
    assert "<strong>Dokumen skp</strong>: Bukan dokumen ini" in page
    assert 'id="document-skp"' in page
    assert 'id="document-surat"' not in page
    assert 'name="field.keperluan"' not in page


def test_a_later_round_asks_for_its_own_notes_only(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    notes = [
        {
            "at": "2026-04-02T01:00:00+00:00",
            "slot_label": "",
            "note": text,
            "reasons": [],
            "open": is_open,
        }
        for text, is_open in (("Ganti SKP.", False), ("Satu lagi.", True))
    ]
    by_slot = {"umpeg": notes, "opd_head": [], "bkpsdm": [], "bkpsdm_head": []}
    knows(edge, a_proposal(stage="revision", allowed_actions=["resubmit"], notes=by_slot))

    asked, settled = client.get(f"{PAGE}/isi").text.split("Catatan dari putaran sebelumnya")

    assert ("Satu lagi." in asked, "Ganti SKP." in asked) == (True, False)
    assert ("Satu lagi." in settled, "Ganti SKP." in settled) == (False, True)


def test_a_proposal_under_way_cannot_be_filled_in(applicant: FlaskClient, edge: FakeEdge):
    knows(edge, a_proposal(stage="umpeg_verification", allowed_actions=[]))

    for path in (f"{PAGE}/isi", f"{PAGE}/kirim"):
        assert applicant.get(path).headers["Location"] == PAGE


def test_somebody_elses_proposal_looks_like_none(applicant: FlaskClient):
    page = applicant.get("/portal/usulan/01a20000-0000-7000-8000-0000000000bb")

    assert page.status_code == 404
    assert "Halaman tidak ditemukan" in page.text


RUNNING = {
    "id": "01a20000-0000-7000-8000-0000000000cc",
    "number": "DEMO/2026/7",
    "stage": "umpeg_verification",
    "stage_label": said("umpeg_verification"),
    "submitted_at": "2026-04-02T01:00:00+00:00",
}


@pytest.mark.parametrize("page", [f"{PAGE}/isi", "/portal/layanan/bebas_hukdis"])
def test_what_is_running_already_is_told_and_led_to_before_anything_is_typed(
    applicant: FlaskClient, edge: FakeEdge, page: str
):
    knows(edge, a_proposal(running=[RUNNING]))
    offered = a_layanan(obstacles=[], running=[RUNNING])
    edge.answers["GET", f"{API}/layanan/bebas_hukdis"] = (200, offered)

    _, _, told = applicant.get(page).text.partition("<h1>")

    assert f'<a href="/portal/usulan/{RUNNING["id"]}">DEMO/2026/7</a>' in told
    assert told.index("masih berjalan") < told.index("<form method")
