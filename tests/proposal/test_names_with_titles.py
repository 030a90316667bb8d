"""People are shown with their titles, and found without them."""

import pytest

from tests.builders.people import employee_event
from tests.proposal.office import Office

TITLED = "Dr. Pegawai Contoh Applicant, S.Pd."
OFFICER = "Pegawai Contoh Umpeg, S.E., M.Si."


@pytest.fixture
def titled(office: Office) -> Office:
    office.service.hear(
        employee_event("applicant", "disdik", version=2, title_prefix="Dr.", title_suffix="S.Pd."),
        employee_event("umpeg", "disdik", version=2, title_suffix="S.E., M.Si."),
    )
    return office


def get(office: Office, path: str, who: str) -> dict:
    return office.call("GET", path, who).json


def test_in_the_proposal_the_inbox_and_the_tracking(titled: Office):
    proposal_id = titled.submitted()

    tracking = get(titled, f"/proposals/{proposal_id}/tracking", "applicant")
    assert get(titled, f"/proposals/{proposal_id}", "umpeg")["applicant"]["name"] == TITLED
    assert get(titled, "/inbox", "umpeg")["data"][0]["applicant"]["name"] == TITLED
    assert OFFICER in {holder["name"] for holder in tracking["holders"]}


def test_in_the_history_as_they_were_that_day(titled: Office):
    proposal_id = titled.submitted()
    titled.decide(proposal_id, "umpeg", "revise", note="Lengkapi")
    titled.service.hear(
        employee_event("applicant", "disdik", version=3, title_suffix="S.Pd., M.Pd."),
        employee_event("umpeg", "disdik", version=3, name="Nama Baru"),
    )
    titled.resubmit(proposal_id)

    lines = get(titled, f"/proposals/{proposal_id}/history", "applicant")["data"]

    assert [line["actor_name"] for line in lines] == [
        TITLED,
        OFFICER,
        "Pegawai Contoh Applicant, S.Pd., M.Pd.",
    ]


@pytest.mark.parametrize("q", ["pegawai contoh applicant", "applicant", TITLED])
def test_a_person_is_found_by_the_bare_name_and_by_what_is_shown(titled: Office, q: str):
    proposal_id = titled.submitted()

    found = titled.call("GET", "/inbox", "umpeg", query_string={"q": q}).json["data"]

    assert [row["id"] for row in found] == [str(proposal_id)]
