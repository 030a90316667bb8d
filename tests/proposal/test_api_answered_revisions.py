"""A revision answers (R35): over HTTP, as applicants and officers see it."""

from typing import Any
from uuid import UUID

import pytest

from services.proposal.domain.reasons import Reason
from services.proposal.models import Proposal, db
from services.proposal.usecases import attaching
from tests.builders.organisation import an_id
from tests.proposal.office import EVERY_VERSION, Office, a_receipt

SKP, PURPOSE = "document:skp_1_tahun", "field:keperluan"
MARKED = (Reason("document_unreadable", SKP), Reason("field_unclear", PURPOSE))
RIGHT = "Sudah sesuai karena halaman dua memuat stempel."


@pytest.fixture
def returned(office: Office) -> UUID:
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Mohon diperiksa", reasons=MARKED)
    return proposal_id


def look(office: Office, proposal_id: UUID, who: str = "applicant") -> Any:
    return office.call("GET", f"/proposals/{proposal_id}", who).json


def change(office: Office, proposal_id: UUID, method: str, tail: str, **body: Any) -> Any:
    version = look(office, proposal_id)["version"]
    headers = {"If-Match": f'"{version}"'}
    path = f"/proposals/{proposal_id}{tail}"
    return office.call(method, path, "applicant", json=body or None, headers=headers)


def answer(office: Office, proposal_id: UUID, *targets: str, **more: Any) -> Any:
    answers = [{"target": target, "text": RIGHT} for target in targets]
    return change(office, proposal_id, "PATCH", "", answers=answers, **more)


def replace_paper(office: Office, proposal_id: UUID, sha256: str) -> None:
    with office.inside():
        attaching.attach(
            proposal_id,
            person_id=an_id("applicant"),
            requirement="skp_1_tahun",
            receipt=a_receipt("applicant", sha256=sha256),
            seen=EVERY_VERSION,
        )


def states(view: Any) -> dict[str, str]:
    return {part["target"]: part["state"] for part in view["revision"]["parts"]}


def test_revision_unanswered_is_refused_naming_the_parts(office: Office, returned: UUID):
    refused = change(office, returned, "POST", "/resubmit")

    told = {(error["pointer"], error["code"]) for error in refused.json["errors"]}
    assert (refused.status_code, refused.json["code"]) == (422, "submission_refused")
    assert told == {
        ("/documents/skp_1_tahun", "revision_unanswered"),
        ("/fields/keperluan", "revision_unanswered"),
    }
    assert look(office, returned)["stage"] == "revision"


def test_whoever_changed_every_marked_part_answers_nothing(office: Office, returned: UUID):
    replace_paper(office, returned, "cd" * 32)
    change(office, returned, "PATCH", "", fields={"keperluan": "Seleksi jabatan administrator"})

    sent = change(office, returned, "POST", "/resubmit")

    assert (sent.status_code, sent.json["stage"]) == (200, "umpeg_verification")
    assert states(look(office, returned, "umpeg")) == {SKP: "changed", PURPOSE: "changed"}


def test_the_same_file_again_is_no_change(office: Office, returned: UUID):
    answer(office, returned, PURPOSE)
    replace_paper(office, returned, "ab" * 32)

    refused = change(office, returned, "POST", "/resubmit")

    assert [error["pointer"] for error in refused.json["errors"]] == ["/documents/skp_1_tahun"]


def test_the_officer_sees_what_was_answered_and_old_beside_new(office: Office, returned: UUID):
    assert answer(office, returned, SKP).status_code == 200
    change(office, returned, "PATCH", "", fields={"keperluan": "Seleksi jabatan administrator"})
    change(office, returned, "POST", "/resubmit")

    seen = look(office, returned, "umpeg")["revision"]

    paper, purpose = seen["parts"]
    assert (paper["state"], paper["state_label"], paper["answer"]) == ("answered", "dijawab", RIGHT)
    assert paper["document_before"]["revision"] == paper["document_now"]["revision"] == 1
    assert [reason["code"] for reason in paper["reasons"]] == ["document_unreadable"]
    assert (purpose["state"], purpose["name"]) == ("changed", "Keperluan")
    assert purpose["values"] == {
        "before": "Syarat mengikuti seleksi",
        "now": "Seleksi jabatan administrator",
    }
    assert (seen["stage"], bool(seen["resent_at"])) == ("umpeg_verification", True)


def test_answers_are_kept_while_the_rest_is_being_typed(office: Office, returned: UUID):
    answer(office, returned, SKP, fields={"keperluan": "Seleksi jabatan administrator"})
    change(office, returned, "PATCH", "", fields={"keperluan": "Seleksi jabatan pengawas"})

    view = look(office, returned)

    assert states(view) == {SKP: "answered", PURPOSE: "changed"}
    assert view["revision"]["resent_at"] is None


def test_an_answer_is_only_for_what_was_marked(office: Office, returned: UUID):
    refused = answer(office, returned, "document:skp_2_tahun")

    assert (refused.status_code, refused.json["code"]) == (409, "closed_for_change")
    assert [error["pointer"] for error in refused.json["errors"]] == ["/answers/0/target"]


def test_a_change_that_changes_nothing_is_still_refused(office: Office, returned: UUID):
    version = look(office, returned)["version"]
    empty = office.call(
        "PATCH",
        f"/proposals/{returned}",
        "applicant",
        json={},
        headers={"If-Match": f'"{version}"'},
    )

    assert empty.status_code == 422
    assert [(e["pointer"], e["code"]) for e in empty.json["errors"]] == [("/fields", "required")]


def test_a_note_without_marks_asks_for_no_answer(office: Office):
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Mohon diperiksa lagi")

    sent = change(office, proposal_id, "POST", "/resubmit")

    assert (sent.status_code, look(office, proposal_id)["revision"]) == (200, None)


def test_what_a_process_of_an_earlier_release_returned_is_taken_as_it_is(
    office: Office, returned: UUID
):
    """Such a process remembers nothing of the marked parts, so nothing is held against anybody."""
    with office.inside(), db.transaction() as session:
        proposal = session.get(Proposal, returned)
        assert proposal is not None
        opened = dict(proposal.opened or {})
        del opened["before"]
        proposal.change(opened=opened)

    assert change(office, returned, "POST", "/resubmit").status_code == 200
