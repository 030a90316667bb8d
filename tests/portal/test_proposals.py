"""The lists of an applicant, one proposal in full, and its documents."""

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import (
    API,
    PERSON,
    PROPOSAL,
    FakeEdge,
    csrf_of,
    page_of,
    sign_in,
)
from tests.portal.told import a_field, a_layanan, a_proposal, a_tracking, knows, said

PATH = f"{API}/proposals/{PROPOSAL}"


def test_running_and_finished_proposals_are_two_searchable_lists(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    found = page_of(a_proposal(stage="revision"))
    found["page"] = {"next_cursor": "n+x/y", "has_more": True}
    edge.answers["GET", f"{API}/proposals"] = (200, found)

    page = client.get("/portal/usulan?q=bebas").text
    client.get("/portal/riwayat?cursor=c1")

    first, second = edge.told("GET", f"{API}/proposals")
    assert first.query == {"state": "open", "q": "bebas", "limit": "10"}
    assert second.query == {"state": "final", "cursor": "c1", "limit": "10"}
    assert "?q=bebas&amp;cursor=n%2Bx%2Fy" in page
    assert f'href="/portal/usulan/{PROPOSAL}/isi">Perbaiki' in page


def test_a_list_is_sorted_leads_back_and_says_of_how_many(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    found = page_of(a_proposal(stage="revision"))
    found["page"] |= {"previous_cursor": "p1", "total": 42, "total_at_least": 42}
    edge.answers["GET", f"{API}/proposals"] = (200, found)
    exact = client.get("/portal/usulan?q=bebas&sort=created_at&cursor=c1").text
    found["page"] |= {"total": None, "total_at_least": 10000}

    bounded = client.get("/portal/usulan").text

    assert edge.told("GET", f"{API}/proposals")[0].query["sort"] == "created_at"
    assert "q=bebas&amp;sort=created_at&amp;cursor=p1" in exact
    assert 'sort=created_at" aria-current="true">terlama' in exact
    assert "42 seluruhnya" in exact
    assert "Lebih dari 10000" in bounded


def test_a_version_of_a_layanan_is_fetched_once_however_often_it_is_shown(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[]))

    pages = [client.get(f"/portal/usulan/{PROPOSAL}") for _ in range(3)]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert [call.query for call in edge.told("GET", PATH)] == [{"definition": "false"}] * 3
    assert len(edge.told("GET", f"{API}/layanan/bebas_hukdis/versions/3")) == 1


def test_a_service_that_still_sends_the_definition_along_is_not_asked_for_it(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[]))
    edge.answers["GET", PATH] = (200, a_proposal(stage="opd_head_approval"), {"ETag": '"1"'})

    assert client.get(f"/portal/usulan/{PROPOSAL}").status_code == 200
    assert edge.told("GET", f"{API}/layanan/bebas_hukdis/versions/3") == []


def test_a_proposal_shows_position_holder_since_and_expected_end(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[]))
    edge.answers["GET", f"{PATH}/tracking"] = (
        200,
        a_tracking(
            holders=[{"id": "x", "name": "Fajar Contoh", "acting_label": "Plt."}],
            since="2026-04-01T23:30:00+00:00",
            due="2026-04-03",
            expected_end="2026-04-10",
            steps=[
                {"stage": stage, "label": said(stage), "state": state}
                for stage, state in (("first", "done"), ("second", "here"), ("third", "ahead"))
            ],
        ),
    )

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert "Plt. Fajar Contoh" in page
    assert "2 April 2026 pukul 07.30 WITA" in page
    assert "10 April 2026" in page
    assert f'<li class="done"><span>{said("first")}' in page
    assert f'<li class="here" aria-current="step"><span>{said("second")}' in page
    assert f'<li class="ahead"><span>{said("third")}' in page


def test_who_sent_a_proposal_is_told_what_happens_next(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="umpeg_verification", allowed_actions=["withdraw"]))
    holders = [{"id": "x", "name": "Fajar Contoh, S.Sos.", "acting_label": "Plt."}]
    tracking = a_tracking(decider="umpeg", holders=holders, due="2026-04-03")
    edge.answers["GET", f"{PATH}/tracking"] = (200, tracking)

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    _, _, told = page.partition("Apa selanjutnya")
    assert "Diperiksa oleh Plt. Fajar Contoh, S.Sos.</p>" in told
    assert "paling lambat 3 April 2026" in told
    assert 'href="/portal/kontak"' in told


@pytest.mark.parametrize("stage", ["draft", "revision", "rejected"])
def test_what_waits_for_nobody_else_has_nothing_that_happens_next(
    client: FlaskClient, edge: FakeEdge, stage: str
):
    sign_in(client, edge)
    ended = {"closed_at": "2026-04-02T01:00:00+00:00"} if stage == "rejected" else {}
    knows(edge, a_proposal(stage=stage, allowed_actions=[], **ended))
    edge.answers["GET", f"{PATH}/tracking"] = (200, a_tracking(decider="applicant"))

    assert "Apa selanjutnya" not in client.get(f"/portal/usulan/{PROPOSAL}").text


def test_a_revision_of_who_left_is_held_by_nobody_and_says_who_can_close_it(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="revision", allowed_actions=[]))
    closing = [{"id": "x", "name": "Fajar Contoh", "acting_label": ""}]
    tracking = a_tracking(applicant_left=True, closable_by=closing)
    edge.answers["GET", f"{PATH}/tracking"] = (200, tracking)

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert "Andini Contoh (pengusul) tidak aktif lagi" in page
    assert "<dt>Dapat ditutup oleh</dt><dd>Fajar Contoh" in page


def test_what_the_register_did_and_as_whom_somebody_decided_is_told(
    client: FlaskClient, edge: FakeEdge
):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="umpeg_verification", allowed_actions=[]))
    common = {"at": "2026-04-01T23:30:00+00:00", "done_label": "", "from_stage": "", "reasons": []}
    entries = [
        {**common, "actor_name": "Data kepegawaian", "cause": "Pindah dari A ke B."},
        {**common, "actor_name": "Fajar", "decided_by": "Fajar, a.n. Kepala Dinas (Siti)"},
    ]
    edge.answers["GET", f"{PATH}/history"] = (200, {"data": entries})

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert "Pindah dari A ke B." in page
    assert "Fajar, a.n. Kepala Dinas (Siti)" in page


def test_the_history_is_told_in_the_words_of_the_service(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="rejected", allowed_actions=[]))
    entry = {
        "action": "reject", "done_label": said("was_rejected"), "from_stage": "opd_head_approval",
        "to_stage": "rejected", "to_stage_label": said("rejected"), "actor_name": "Fajar Contoh",
        "acting_label": "Plh.", "note": "Tidak <b>", "at": "2026-04-02T01:00:00+00:00",
        "reasons": [{"code": "document_wrong", "label": "Bukan dokumen ini",
        "target": "document:skp"}],
    }  # fmt: skip
    edge.answers["GET", f"{PATH}/history"] = (200, {"data": [entry]})

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert f'<p class="what">{said("was_rejected")}</p>' in page
    assert "<strong>Dokumen skp</strong>: Bukan dokumen ini" in page
    assert "Plh. Fajar Contoh" in page
    assert "Tidak &lt;b&gt;" in page


def test_a_finished_proposal_offers_its_result(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    outcome = {
        "result": "ms", "label": "Memenuhi Syarat (MS)", "remark": None, "pickup_place": None,
        "document": {"name": "hasil.pdf"}, "fields": {},
    }  # fmt: skip
    knows(edge, a_proposal(stage="completed", result="ms", outcome=outcome, allowed_actions=[]))

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert f'href="/portal/usulan/{PROPOSAL}/dokumen/result">Unduh dokumen hasil' in page


def test_an_outcome_names_only_what_was_entered(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    fields = [a_field("nomor_surat"), a_field("tanggal_surat", type="date")]
    layanan = a_layanan(result={"document": "optional", "pickup_place": None, "fields": fields})
    outcome = {"result": "ms", "label": "MS", "remark": None, "pickup_place": None}
    outcome |= {"document": None, "fields": {"nomor_surat": "7/X", "tanggal_surat": None}}
    case = a_proposal(definition=layanan, stage="completed", outcome=outcome, allowed_actions=[])
    knows(edge, case)

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert "7/X" in page
    assert "Tanggal_surat" not in page


def test_withdrawing_asks_first_and_names_the_version(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="umpeg_verification", allowed_actions=["withdraw"]))
    edge.answers["POST", f"{PATH}/withdraw"] = (200, a_proposal(stage="withdrawn"))

    page = client.get(f"/portal/usulan/{PROPOSAL}").text
    data = {"csrf_token": csrf_of(client), "etag": '"1"', "key": "k"}
    client.post(f"/portal/usulan/{PROPOSAL}/batal", data=data)

    assert "Ya, batalkan" in page
    (sent,) = edge.told("POST", f"{PATH}/withdraw")
    assert (sent.headers["if-match"], sent.headers["idempotency-key"]) == ('"1"', "k")


def test_a_document_passes_through_without_its_token(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    url = "/api/documents/v1/grants/secret-grant/content"
    edge.answers["POST", f"{PATH}/documents/skp/grant"] = (201, {"url": url})
    disposition = {"Content-Disposition": "attachment; filename=skp.pdf"}
    edge.answers["GET", url] = (200, b"%PDF-1.7 isi", disposition)

    answer = client.get(f"/portal/usulan/{PROPOSAL}/dokumen/skp?revision=2")

    assert answer.data == b"%PDF-1.7 isi"
    assert edge.told("POST", f"{PATH}/documents/skp/grant")[0].json == {"revision": 2}
    assert edge.told("GET", url)[0].headers["authorization"] == "Bearer access-1"
    assert "secret-grant" not in str(answer.headers)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_note_says_who_wrote_it_and_where(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    note = {
        "at": "2026-04-02T01:00:00+00:00", "stage_label": said("secretary"), "acting_label": "Plt.",
        "actor_name": "Nusa Contoh", "note": "Lengkap.", "reasons": [],
    }  # fmt: skip
    notes = {"umpeg": [], "opd_head": [], "bkpsdm": [note], "bkpsdm_head": []}
    knows(edge, a_proposal(stage="bkpsdm_head_approval", allowed_actions=[], notes=notes))

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert f"Plt. Nusa Contoh · {said('secretary')} · 2 April 2026" in page


@pytest.mark.parametrize(
    ("applicant", "actions", "back"),
    [
        (PERSON, [], '/portal/usulan">Daftar usulan'),
        (PERSON, ["withdraw"], '/portal/usulan">Daftar usulan'),
        ("x", ["approve", "reject"], '/portal/tugas">Menunggu keputusan'),
        ("x", ["enter_result", "close"], '/portal/tugas">Menunggu keputusan'),
        ("x", ["close"], '/portal/keputusan">Riwayat keputusan'),
        ("x", [], '/portal/keputusan">Riwayat keputusan'),
    ],
)
def test_the_way_back_from_a_proposal_is_to_the_list_it_stands_in(
    client: FlaskClient, edge: FakeEdge, applicant: str, actions: list[str], back: str
):
    sign_in(client, edge, "umpeg")
    person = {"id": applicant, "name": "Contoh", "nip": "199001012015011901"}
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=actions, applicant=person))

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert f'<p class="crumb"><a href="{back}</a>' in page


@pytest.mark.parametrize(
    ("receipt", "shown", "hidden"),
    [
        ({"state": "ready"}, "Unduh tanda terima", "Buat tanda terima"),
        ({"state": "being_made"}, "Tanda terima sedang dibuat", "Unduh tanda terima"),
        ({"state": "not_made"}, "Buat tanda terima", "Unduh tanda terima"),
        (None, "Posisi usulan", "anda terima"),
    ],
)
def test_the_receipt_is_offered_once_it_is_there(
    client: FlaskClient, edge: FakeEdge, receipt, shown: str, hidden: str
):
    sign_in(client, edge)
    knows(edge, a_proposal(stage="opd_head_approval", allowed_actions=[], receipt=receipt))

    page = client.get(f"/portal/usulan/{PROPOSAL}").text

    assert shown in page
    assert hidden not in page


def test_a_receipt_that_was_never_made_is_asked_for(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    knows(edge, a_proposal(allowed_actions=[], receipt={"state": "not_made"}))
    edge.answers["POST", f"{PATH}/receipt"] = (202, {"state": "being_made", "document": None})

    answer = client.post(
        f"/portal/usulan/{PROPOSAL}/tanda-terima",
        data={"csrf_token": csrf_of(client), "key": "k-1"},
    )

    assert answer.headers["Location"] == f"/portal/usulan/{PROPOSAL}"
    assert edge.told("POST", f"{PATH}/receipt")[0].headers["idempotency-key"] == "k-1"
