"""What is said before a proposal is sent: what is missing, which document is which."""

import re

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, page_of, sign_in
from tests.portal.told import a_layanan, a_proposal, knows

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

    links = dict(re.findall(rf'href="{PAGE}/dokumen/skp([^"]*)">(Lihat[^<]*)<', page))
    assert links == (
        {"": "Lihat dokumen", "?revision=1": "Lihat dokumen sebelumnya"}
        if replaced
        else {"": "Lihat dokumen sebelumnya"}
    )


def test_what_is_required_and_missing_is_told_before_the_check_page(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    knows(edge, a_proposal(fields={"keperluan": None}))

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


def test_the_card_of_a_closed_layanan_keeps_its_words_apart(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    layanan = a_layanan(description="Sebelum TMT.", window={"is_open": False})
    edge.answers["GET", f"{API}/layanan"] = (200, page_of(layanan))

    page = client.get("/portal/layanan").text

    assert "Sebelum TMT. sedang ditutup" in re.sub("<[^>]+>", "", page)
