"""What an applicant writes in a revision is theirs until it is sent: everybody else, by whatever
way, sees the proposal as it was sent before (R35).
"""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from chassis.kernel.errors import NotFound
from services.proposal.domain.reasons import Reason
from services.proposal.models import HistoryEntry, Proposal, db
from services.proposal.queries.dossier import Dossier
from services.proposal.queries.filed import filed_for
from services.proposal.usecases import applying, attaching, closing, viewing
from services.proposal.usecases.closing import Closing, ClosingReason
from tests.builders.organisation import an_id
from tests.proposal.office import EVERY_VERSION, Office, a_receipt

PAPER, PURPOSE = "skp_1_tahun", "keperluan"
MARKED = (
    Reason("document_unreadable", f"document:{PAPER}"),
    Reason("field_wrong", "field:keperluan"),
)
SENT, WRITTEN = "Syarat mengikuti seleksi", "Seleksi jabatan pengawas"
NEW_FILE = "cd" * 32
OTHERS = ("umpeg", "umpeg_second", "opd_head", "bkpsdm_admin")


@pytest.fixture
def written(office: Office) -> UUID:
    """A revision with a new value, a new file and an answer, none of it sent."""
    proposal_id = office.submitted()
    office.decide(proposal_id, "umpeg", "revise", note="Mohon diperiksa", reasons=MARKED)
    write(office, proposal_id)
    return proposal_id


def write(office: Office, proposal_id: UUID) -> None:
    applicant = an_id("applicant")
    answers = {f"document:{PAPER}": "Sudah sesuai karena halaman dua memuat stempel."}
    with office.inside():
        applying.edit(
            proposal_id,
            person_id=applicant,
            fields={PURPOSE: WRITTEN},
            answers=answers,
            seen=EVERY_VERSION,
        )
        attaching.attach(
            proposal_id,
            person_id=applicant,
            requirement=PAPER,
            receipt=a_receipt("applicant", sha256=NEW_FILE),
            seen=EVERY_VERSION,
        )


def look(office: Office, proposal_id: UUID, who: str) -> Any:
    return office.call("GET", f"/proposals/{proposal_id}", who).json


def paper(view: Any) -> Any:
    return next(row for row in view["documents"] if row["requirement"] == PAPER)


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_but_the_applicant_reads_a_revision_that_was_not_sent(
    office: Office, written: UUID, who: str
):
    seen = office.call("GET", f"/proposals/{written}", who)

    assert (seen.json["fields"][PURPOSE], seen.json["revision"]["resent_at"]) == (SENT, None)
    assert [part["state"] for part in seen.json["revision"]["parts"]] == ["unanswered"] * 2
    assert (paper(seen.json)["current"]["revision"], paper(seen.json)["previous"]) == (1, [])
    assert not any(text in seen.get_data(as_text=True) for text in (WRITTEN, NEW_FILE, "stempel"))


def test_the_applicant_reads_what_they_write(office: Office, written: UUID):
    seen = look(office, written, "applicant")

    assert (seen["fields"][PURPOSE], paper(seen)["current"]["sha256"]) == (WRITTEN, NEW_FILE)


@pytest.mark.parametrize("revision", [None, 1, 2])
def test_nobody_but_the_applicant_opens_a_file_that_was_not_sent(
    office: Office, written: UUID, monkeypatch: pytest.MonkeyPatch, revision: int | None
):
    opened: list[UUID] = []
    monkeypatch.setattr(
        viewing, "request_grant", lambda document_id, **_: opened.append(document_id)
    )
    with office.inside():
        first = filed_for(an_id("umpeg"), Dossier(db.session.get(Proposal, written))).present[PAPER]
        document_id = first.document_id

    def grant() -> None:
        with office.inside():
            viewing.grant_document(
                written, person_id=an_id("umpeg"), requirement=PAPER, revision=revision
            )

    if revision == 2:
        with pytest.raises(NotFound):
            grant()
        assert opened == []
    else:
        grant()
        assert opened == [document_id]


def test_a_file_of_an_unsent_revision_is_the_same_as_no_other(office: Office, written: UUID):
    """An officer of another case of the person does not hear of it either (R46)."""
    other = office.draft()
    with office.inside():
        attaching.attach(
            other,
            person_id=an_id("applicant"),
            requirement="skp_2_tahun",
            receipt=a_receipt("applicant", sha256=NEW_FILE),
            seen=EVERY_VERSION,
        )
        with db.transaction() as session:
            # Sent under a release that allowed a second one.
            proposal = session.get(Proposal, other)
            assert proposal is not None
            proposal.change(stage="umpeg_verification", submitted_at=proposal.created_at)

    def told(who: str) -> list[Any]:
        rows = look(office, other, who)["documents"]
        return next(row["same_as"] for row in rows if row["requirement"] == "skp_2_tahun")

    assert (told("umpeg"), len(told("applicant"))) == ([], 1)


def test_what_was_sent_again_is_seen_by_everybody(office: Office, written: UUID):
    office.resubmit(written)

    seen = look(office, written, "umpeg")
    assert (seen["fields"][PURPOSE], paper(seen)["current"]["sha256"]) == (WRITTEN, NEW_FILE)
    assert [old["revision"] for old in paper(seen)["previous"]] == [1]


def test_a_case_that_ends_in_a_revision_ends_as_it_was_sent(office: Office, written: UUID):
    why = Closing(ClosingReason.RETIRED, "Pensiun bulan lalu.")
    with office.inside():
        closing.close(written, person_id=an_id("umpeg"), why=why, seen=EVERY_VERSION)

    for who in ("umpeg", "applicant"):
        seen = look(office, written, who)
        assert (seen["stage"], seen["fields"][PURPOSE], seen["revision"]) == ("closed", SENT, None)
        assert (paper(seen)["current"]["revision"], paper(seen)["previous"]) == (1, [])


def put(office: Office, proposal_id: UUID, sha256: str = NEW_FILE) -> None:
    with office.inside():
        attaching.attach(
            proposal_id,
            person_id=an_id("applicant"),
            requirement=PAPER,
            receipt=a_receipt("applicant", sha256=sha256),
            seen=EVERY_VERSION,
        )


def versions(office: Office, proposal_id: UUID, who: str) -> list[int]:
    row = paper(look(office, proposal_id, who))
    return [row["current"]["revision"], *(old["revision"] for old in row["previous"])]


class TestWhatWasReplacedBeforeItWasSent:
    """Perhaps it was chosen by mistake, or is another's paper: nobody was given it."""

    @pytest.fixture
    def tried(self, office: Office) -> UUID:
        """A proposal for which its applicant first chose another file."""
        proposal_id = office.draft()
        put(office, proposal_id)
        put(office, proposal_id, "ef" * 32)
        with office.inside():
            applying.submit(proposal_id, person_id=an_id("applicant"), seen=EVERY_VERSION)
        return proposal_id

    def test_stays_with_the_applicant_of_a_draft(self, office: Office):
        draft = office.draft()
        put(office, draft)

        assert versions(office, draft, "applicant") == [2, 1]

    def test_is_shown_to_nobody_who_decides(self, office: Office, tried: UUID):
        assert versions(office, tried, "umpeg") == [3]
        with office.inside(), pytest.raises(NotFound):
            viewing.grant_document(tried, person_id=an_id("umpeg"), requirement=PAPER, revision=1)

    def test_is_not_shown_after_a_return_either(self, office: Office, tried: UUID):
        office.decide(tried, "umpeg", "revise", note="Mohon diperiksa", reasons=MARKED)
        write(office, tried)
        put(office, tried, "ab" * 32)
        assert versions(office, tried, "umpeg") == [3]

        office.resubmit(tried)

        assert versions(office, tried, "umpeg") == [5, 3]

    def test_is_told_by_times_where_an_earlier_release_returned_it(
        self, office: Office, tried: UUID
    ):
        office.decide(tried, "umpeg", "revise", note="Mohon diperiksa", reasons=MARKED)
        with office.inside(), db.transaction() as session:
            session.execute(update(HistoryEntry).values(changes={}))
        write(office, tried)
        put(office, tried, "ab" * 32)
        office.resubmit(tried)

        assert versions(office, tried, "umpeg") == [5, 3, 2, 1]


def test_what_a_process_of_an_earlier_release_returned_is_not_shown_either(
    office: Office, written: UUID
):
    """Such a process did not write down what was sent."""
    with office.inside(), db.transaction() as session:
        proposal = session.get(Proposal, written)
        assert proposal is not None
        opened = {key: value for key, value in (proposal.opened or {}).items() if key != "sent"}
        proposal.change(opened=opened)

    seen = look(office, written, "umpeg")
    assert (seen["fields"][PURPOSE], paper(seen)["current"]["revision"]) == (SENT, 1)


def test_only_the_notes_of_the_present_round_are_open(office: Office, written: UUID):
    office.resubmit(written)
    settled = look(office, written, "umpeg")
    office.decide(
        written,
        "umpeg",
        "revise",
        note="Satu lagi",
        reasons=(Reason("document_outdated", "document:skp_2_tahun"),),
    )

    seen = look(office, written, "applicant")
    open_notes = {note["note"]: note["open"] for note in seen["notes"]["umpeg"]}
    assert [note["open"] for note in settled["notes"]["umpeg"]] == [False]
    assert open_notes == {"Satu lagi": True, "Mohon diperiksa": False}
    assert [part["target"] for part in seen["revision"]["parts"]] == ["document:skp_2_tahun"]
    assert seen["opened"] == {"fields": [], "documents": ["skp_2_tahun"]}
