"""Wherever a decision is shown, it says as whom it was taken, with both names (R41)."""

from typing import Any
from uuid import UUID

import pytest

from tests.builders.people import delegation_event, employee_event, role_event
from tests.proposal.office import Office

HEAD, DEPUTY = "Pegawai Contoh Opd Head", "Pegawai Contoh Opd Secretary"


def decided(office: Office, proposal_id: UUID, who: str = "applicant") -> Any:
    path = f"/proposals/{proposal_id}/history"
    return office.call("GET", path, who).json["data"][-1]


@pytest.mark.parametrize(
    ("acting", "said"),
    [
        ("definitive", "Kepala Unit disdik"),
        ("plt", "Plt. Kepala Unit disdik"),
        ("plh", "Plh. Kepala Unit disdik"),
        ("pj", "Pj. Kepala Unit disdik"),
        ("tt", "Kepala Unit disdik (tugas tambahan)"),
    ],
)
def test_a_decision_says_in_what_standing_it_was_taken(office: Office, acting: str, said: str):
    office.service.hear(role_event("opd_head", "opd_head", "disdik", version=2, acting=acting))
    proposal_id = office.at("opd_head_approval")

    office.decide(proposal_id, "opd_head")

    entry = decided(office, proposal_id)
    assert (entry["as"], entry["decided_by"]) == (acting, f"{HEAD}, {said}")


def test_a_decision_for_somebody_names_both(office: Office):
    office.service.hear(
        employee_event("opd_secretary", "disdik", version=2, jabatan="Sekretaris Dinas"),
        delegation_event("opd_head", "disdik", "opd_head", "opd_secretary"),
    )
    proposal_id = office.at("opd_head_approval")

    office.decide(proposal_id, "opd_secretary", "reject", note="Belum memenuhi syarat.")

    entry = decided(office, proposal_id)
    whole = office.call("GET", f"/proposals/{proposal_id}", "applicant").json
    (note,) = whole["notes"]["opd_head"]
    (mine,) = office.call("GET", "/decided", "opd_secretary").json["data"]
    said = f"{DEPUTY}, a.n. Kepala Unit disdik ({HEAD}), Sekretaris Dinas"
    assert (entry["as"], entry["decided_by"]) == ("delegate", said)
    assert (note["as"], note["decided_by"]) == ("delegate", said)
    assert (mine["as"], mine["decided_by"]) == ("delegate", said)


def test_what_was_decided_keeps_the_names_of_its_day(office: Office):
    proposal_id = office.at("opd_head_approval")
    office.decide(proposal_id, "opd_head")
    before = decided(office, proposal_id)["decided_by"]

    office.service.hear(role_event("opd_head", "opd_head", "disdik", version=2, active=False))

    assert decided(office, proposal_id)["decided_by"] == before


def test_what_no_office_did_has_no_standing(office: Office):
    entry = decided(office, office.submitted())

    assert (entry["as"], entry["decided_by"]) == (None, "Pegawai Contoh Applicant")
