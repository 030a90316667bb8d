"""What is said before a proposal is sent: what is missing, which document is which."""

import re

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, page_of, sign_in
from tests.portal.told import a_layanan, a_proposal, an_obstacle, knows

PATH = f"{API}/proposals/{PROPOSAL}"
PAGE = f"/portal/usulan/{PROPOSAL}"


@pytest.mark.parametrize(("attached_at", "replaced"), [("2026-04-01", False), ("2026-04-03", True)])
def test_in_a_revision_every_link_says_which_document_it_opens(
    client: FlaskClient, edge: FakeEdge, attached_at: str, replaced: bool
):
    sign_in(client, edge)
    note = {"at": "2026-04-02T01:00:00+00:00", "note": "Ganti SKP.", "reasons": []}
    notes = {"umpeg": [note], "opd_head": [], "bkpsdm": [], "bkpsdm_head": []}
    proposal = a_proposal(stage="revision", allowed_actions=["resubmit"], notes=notes)
    file = {"name": "skp.pdf", "size": 2048, "pages": 2, "attached_at": f"{attached_at}T00:00:00Z"}
    proposal["documents"][0] |= {"current": file, "previous": [{**file, "revision": 1}]}
    knows(edge, proposal)

    page = client.get(f"{PAGE}/isi").text

    links = dict(re.findall(rf'href="{PAGE}/dokumen/skp([^"]*)">(Unduh[^<]*)<', page))
    assert links == (
        {"": "Unduh dokumen", "?revision=1": "Unduh dokumen sebelumnya"}
        if replaced
        else {"": "Unduh dokumen sebelumnya"}
    )


@pytest.mark.parametrize(("count", "is_folded"), [(1, False), (3, True)])
def test_many_earlier_versions_are_folded_and_say_how_many_they_are(
    client: FlaskClient, edge: FakeEdge, count: int, is_folded: bool
):
    sign_in(client, edge)
    proposal = a_proposal()
    file = {"name": "skp.pdf", "size": 2048, "pages": 2, "attached_at": "2026-04-02T00:00:00Z"}
    earlier = [{**file, "revision": number} for number in range(count, 0, -1)]
    proposal["documents"][0] |= {"current": file, "previous": earlier}
    knows(edge, proposal)

    page = client.get(PAGE).text

    assert page.count("dokumen/skp?revision=") == count
    assert (f"{count} versi sebelumnya" in page) is is_folded


def test_an_infected_document_is_marked_and_cannot_be_opened(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    proposal = a_proposal()
    file = {"name": "skp.pdf", "size": 2048, "pages": 2, "refused": True}
    proposal["documents"][0] |= {"current": file}
    knows(edge, proposal)

    form, page = client.get(f"{PAGE}/isi").text, client.get(PAGE).text

    for shown in (form, page):
        assert "Ditemukan virus; harus diganti dengan berkas yang bersih" in shown
        assert f'href="{PAGE}/dokumen/skp"' not in shown


def test_what_is_required_and_missing_is_told_before_the_check_page(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    missing = [
        an_obstacle("/fields/keperluan", "Wajib diisi."),
        an_obstacle("/documents/surat", "Dokumen “Surat” wajib dilampirkan."),
    ]
    knows(edge, a_proposal(fields={"keperluan": None}, obstacles=missing))

    page = client.get(f"{PAGE}/kirim")

    assert page.status_code == 422
    assert 'id="error-fields.keperluan">Wajib diisi.' in page.text
    assert 'href="#document-surat"' in page.text
    assert "Kirim usulan" not in page.text


def test_a_complete_draft_is_shown_before_it_is_sent(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    proposal = a_proposal()
    for document in proposal["documents"]:
        document["current"] = {"name": "skp.pdf", "size": 2048, "pages": 2}
    knows(edge, proposal)

    page = client.get(f"{PAGE}/kirim")

    assert page.status_code == 200
    assert "Kirim usulan" in page.text


def test_the_form_lists_what_is_missing_from_its_first_moment(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    missing = an_obstacle("/documents/surat", "Dokumen “Dokumen surat” wajib dilampirkan.")
    knows(edge, a_proposal(obstacles=[missing]))

    page = client.get(f"{PAGE}/isi").text

    [listed] = re.findall(r"<div[^>]* data-missing.*?</div>", page, re.DOTALL)
    assert '<a href="#document-surat">Dokumen “Dokumen surat” wajib dilampirkan.</a>' in listed
    assert "disabled" not in page


def test_what_no_entry_changes_is_told_on_top_and_closes_sending(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    closed = an_obstacle("/fields/periode", "Dibuka kembali 1 Mei 2026.", "window")
    knows(edge, a_proposal(obstacles=[closed]))

    page = client.get(f"{PAGE}/isi").text
    check = client.get(f"{PAGE}/kirim")

    assert page.index("Dibuka kembali 1 Mei 2026.") < page.index("data-autosave")
    assert re.search(r'value="send" disabled aria-describedby="obstacles"', page)
    assert check.status_code == 422
    assert "Dibuka kembali 1 Mei 2026." in check.text


@pytest.mark.parametrize(
    ("kind", "button"),
    [
        ("not_eligible", None),
        ("not_known", "Siapkan draf"),
        ("too_many", "Siapkan draf"),
        ("window", "Siapkan draf"),
        (None, "Mulai usulan"),
    ],
)
def test_a_card_is_begun_by_whom_it_is_for(
    client: FlaskClient, edge: FakeEdge, kind: str | None, button: str | None
):
    sign_in(client, edge)
    obstacles = [an_obstacle("/layanan", "Sebabnya.", kind)] if kind else []
    layanan = a_layanan(obstacles=obstacles, handled_by=["Bidang Contoh"])
    edge.answers["GET", f"{API}/layanan/bebas_hukdis"] = (200, layanan)

    page = client.get("/portal/layanan/bebas_hukdis").text

    assert ("Sebabnya." in page) == (
        kind not in (None, "window")
    )  # the window has a part of its own
    offered = [text for text in ("Mulai usulan", "Siapkan draf") if f">{text}</button>" in page]
    assert offered == ([button] if button else [])
    assert "Ditangani oleh" in page


def test_a_card_says_in_words_why_not(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    obstacle = an_obstacle("/layanan", "Hanya untuk PNS.", "not_eligible")
    layanan = a_layanan(description="Sebelum TMT.", obstacles=[obstacle])
    edge.answers["GET", f"{API}/layanan"] = (200, page_of(layanan))

    page = client.get("/portal/layanan").text

    assert "Sebelum TMT. Hanya untuk PNS." in re.sub("<[^>]+>", "", page)


@pytest.mark.parametrize(
    ("stage", "path"),
    [("draft", f"{PAGE}/isi"), ("umpeg_verification", f"/portal/tugas/{PROPOSAL}")],
)
def test_the_same_file_twice_is_said_to_the_applicant_and_to_the_officer(
    client: FlaskClient, edge: FakeEdge, stage: str, path: str
):
    sign_in(client, edge, "umpeg")
    said = "Berkas yang sama juga dipakai untuk “Dokumen surat”."
    proposal = a_proposal(stage=stage)
    proposal["documents"][0] |= {
        "current": {"name": "skp.pdf", "size": 2048, "pages": 2},
        "same_as": [{"requirement": "surat", "proposal_id": None, "detail": said}],
    }
    knows(edge, proposal)

    assert said in client.get(path).text
