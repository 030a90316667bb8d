"""A returned proposal: each marked part is changed or answered, and the officer sees which."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.portal.stage_set import API, PROPOSAL, FakeEdge, csrf_of, problem, sign_in
from tests.portal.told import a_proposal, an_obstacle, knows, said

PATH = f"{API}/proposals/{PROPOSAL}"
FORM = f"/portal/usulan/{PROPOSAL}/isi"
SKP, PURPOSE = "document:skp", "field:keperluan"
RIGHT = "Sudah sesuai karena stempel ada di halaman dua."


def a_paper(revision: int) -> dict[str, Any]:
    return {
        "revision": revision,
        "document_id": "d",
        "name": f"skp-{revision}.pdf",
        "sha256": "ab" * 32,
        "size": 2048,
        "content_type": "application/pdf",
        "pages": 1,
        "attached_at": "2026-04-01T01:00:00+00:00",
    }


def a_part(target: str, state: str = "unanswered", **changes: Any) -> dict[str, Any]:
    return {
        "target": target,
        "name": target,
        "reasons": [{"code": "other", "label": said("other"), "target": target}],
        "state": state,
        "state_label": said(state),
        "answer": None,
        "values": {},
        "document_before": None,
        "document_now": None,
    } | changes


def a_revision(*parts: dict[str, Any], resent_at: str | None = None) -> dict[str, Any]:
    return {
        "asked_at": "2026-04-02T01:00:00+00:00",
        "stage": "umpeg_verification",
        "stage_label": said("umpeg_verification"),
        "resent_at": resent_at,
        "parts": list(parts),
    }


def a_returned(*parts: dict[str, Any]) -> dict[str, Any]:
    documents = a_proposal()["documents"]
    for document in documents:
        document["current"] = a_paper(1)
    return a_proposal(
        stage="revision",
        documents=documents,
        revision=a_revision(*parts),
        opened={"fields": ["keperluan"], "documents": ["skp"]},
        allowed_actions=["resubmit"],
    )


@pytest.fixture
def applicant(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge)
    knows(edge, a_returned(a_part(SKP), a_part(PURPOSE)))
    edge.answers["PATCH", PATH] = (200, a_returned(), {"ETag": '"2"'})
    return client


def save(client: FlaskClient, **form: str) -> Any:
    fields = {"csrf_token": csrf_of(client), "key": "k", "etag": '"1"', "field.keperluan": "Lama"}
    return client.post(FORM, data=fields | form)


def test_a_marked_part_says_why_and_asks_for_a_change_or_an_answer(applicant: FlaskClient):
    page = applicant.get(FORM).text

    assert f'name="answer.{SKP}"' in page
    assert f'name="answer.{PURPOSE}"' in page
    assert 'name="answer.document:surat"' not in page
    assert said("other") in page


def test_what_was_marked_wrong_wears_no_green_tick(applicant: FlaskClient, edge: FakeEdge):
    def ticked(state: str) -> tuple[bool, bool]:
        knows(edge, a_returned(a_part(SKP, state), a_part(PURPOSE)))
        page = applicant.get(FORM).text
        return "✓" in page, 'class="there marked"' in page

    assert ticked("unanswered") == (False, True)
    assert ticked("answered") == (False, True)  # the officer has not agreed yet
    assert ticked("changed") == (True, False)


@pytest.mark.parametrize(("state", "says_so"), [("unanswered", True), ("changed", False)])
def test_wherever_papers_are_listed_what_is_marked_says_so(
    applicant: FlaskClient, edge: FakeEdge, state: str, says_so: bool
):
    knows(edge, a_returned(a_part(SKP, state)))

    for page in (f"/portal/usulan/{PROPOSAL}", f"/portal/tugas/{PROPOSAL}"):
        assert (f"Ditandai: {said('other')}" in applicant.get(page).text) == says_so


@pytest.mark.parametrize(
    ("stage", "says_so"), [("umpeg_verification", True), ("opd_head_approval", False)]
)
def test_a_mark_that_was_answered_is_settled_once_who_made_it_agrees(
    applicant: FlaskClient, edge: FakeEdge, stage: str, says_so: bool
):
    knows(edge, a_returned(a_part(SKP, "answered")) | {"stage": stage})

    page = applicant.get(f"/portal/tugas/{PROPOSAL}").text

    assert (f"Ditandai: {said('other')}" in page) == says_so


def test_an_answer_is_saved_beside_the_fields(applicant: FlaskClient, edge: FakeEdge):
    save(applicant, **{f"answer.{SKP}": f" {RIGHT} ", f"answer.{PURPOSE}": ""})

    (told,) = edge.told("PATCH", PATH)
    assert told.json == {"fields": {}, "answers": [{"target": SKP, "text": RIGHT}]}


def test_an_answer_that_is_refused_stays_beside_its_part(applicant: FlaskClient, edge: FakeEdge):
    refused = problem(422, "invalid", **{"/answers/0/text": "Terlalu pendek."})
    edge.answers["PATCH", PATH] = (422, refused)

    page = save(applicant, **{f"answer.{SKP}": "sudah"})

    assert page.status_code == 422
    assert 'href="#document-skp"' in page.text
    assert ">sudah</textarea>" in page.text


def test_sending_stays_closed_while_a_part_is_unanswered(applicant: FlaskClient, edge: FakeEdge):
    asked = "Ubah bagian ini, atau jawab mengapa sudah sesuai."
    pointers = ("/fields/keperluan", "/documents/skp")
    told = edge.answers["GET", PATH]
    told[1]["obstacles"] = [an_obstacle(pointer, asked) for pointer in pointers]

    page = applicant.get(f"/portal/usulan/{PROPOSAL}/kirim")

    assert page.status_code == 422
    assert page.text.count(asked) == 6  # in the list on top, beside each part, and below the form


def test_the_officer_sees_old_beside_new_and_the_answers(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)
    paper = a_part(SKP, "changed", document_before=a_paper(1), document_now=a_paper(2))
    values = {"before": "Lama", "now": "Lama"}
    purpose = a_part(PURPOSE, "answered", answer=RIGHT, values=values)
    resent = a_revision(paper, purpose, resent_at="2026-04-03T01:00:00+00:00")
    knows(
        edge,
        a_proposal(stage="umpeg_verification", revision=resent, allowed_actions=["approve"]),
    )

    page = client.get(f"/portal/tugas/{PROPOSAL}").text

    assert said("changed") in page
    assert said("answered") in page
    assert RIGHT in page
    assert f"/portal/usulan/{PROPOSAL}/dokumen/skp?revision=1" in page
    assert f"/portal/usulan/{PROPOSAL}/dokumen/skp?revision=2" in page
