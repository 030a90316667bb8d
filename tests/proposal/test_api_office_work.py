"""Smaller desks: holidays of the region and the sub-status of a file in processing."""

from tests.proposal.office import Office


def test_bkpsdm_enters_a_day_off_and_the_expected_end_moves(office: Office):
    before = office.read(office.submitted()).expected_end
    day = before.isoformat()

    entered = office.call("PUT", "/holidays", "bkpsdm_admin", json={"day": day, "name": "Libur"})
    after = office.read(office.submitted()).expected_end

    assert entered.status_code == 200
    assert after > before


def test_a_day_off_can_be_renamed_and_removed(office: Office):
    for name in ("Libur", "Cuti bersama"):
        office.call("PUT", "/holidays", "bkpsdm_admin", json={"day": "2026-12-25", "name": name})
    listed = office.call("GET", "/holidays?year=2026", "applicant").json["data"]
    removed = office.call("DELETE", "/holidays?day=2026-12-25", "bkpsdm_admin")

    assert listed == [{"day": "2026-12-25", "name": "Cuti bersama"}]
    assert removed.status_code == 204
    assert office.call("GET", "/holidays?year=2026", "applicant").json["data"] == []


def test_only_bkpsdm_enters_days_off(office: Office):
    body = {"day": "2026-12-25", "name": "Libur"}

    assert office.call("PUT", "/holidays", "umpeg", json=body).status_code == 403
    assert office.call("DELETE", "/holidays?day=2026-12-25", "umpeg").status_code == 403


def test_the_sub_status_of_a_file_is_shown_to_the_applicant(office: Office):
    proposal_id = office.at("processing")
    path = f"/proposals/{proposal_id}"
    seen = office.call("GET", path, "bkpsdm_admin")
    told = {"text": "Dikirim ke BKN", "number": "PERTEK-1", "date": "2026-11-20"}

    answer = office.call(
        "PUT",
        f"{path}/sub-status",
        "bkpsdm_admin",
        json=told,
        headers={"If-Match": seen.headers["ETag"]},
    )

    assert answer.status_code == 200
    assert office.call("GET", path, "applicant").json["sub_status"] == told
    history = office.call("GET", f"{path}/history", "applicant").json["data"]
    assert history[-1]["action_label"] == "Status pemrosesan"


def test_there_is_no_sub_status_before_processing(office: Office):
    proposal_id = office.at("bkpsdm_validation")
    path = f"/proposals/{proposal_id}"
    seen = office.call("GET", path, "bkpsdm_admin")

    answer = office.call(
        "PUT",
        f"{path}/sub-status",
        "bkpsdm_admin",
        json={"text": "Dikirim"},
        headers={"If-Match": seen.headers["ETag"]},
    )

    assert (answer.status_code, answer.json["code"]) == (409, "illegal_move")
