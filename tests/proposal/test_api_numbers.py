"""An operator finds the proposal that a number means, and nothing of its content."""

from tests.proposal.office import API, Office
from tests.proposal.over_http import filed


def find(office: Office, number: str, *scopes: str, region: str = "*"):
    token = office.service.client("svc-ops", *(scopes or ("ops",)), region=region)
    path = f"{API}/numbers"
    return office.service.call("GET", path, token=token, query_string={"number": number})


def test_a_number_leads_to_its_proposal_however_it_is_typed(office: Office):
    proposal = filed(office).json

    found = find(office, f" {proposal['number'].lower()} ").json

    assert set(found) == {"id", "number", "region", "created_at"}
    assert (found["id"], found["number"]) == (proposal["id"], proposal["number"])
    assert found["region"] == "demo"


def test_an_unknown_number_is_not_found(office: Office):
    filed(office)

    for number in ("DEMO/BEBAS-HUKDIS/2026/999999", "x", ""):
        assert find(office, number).status_code == 404


def test_an_operator_of_another_region_finds_nothing(office: Office):
    number = filed(office).json["number"]

    assert find(office, number, region="elsewhere").status_code == 404
    assert find(office, number, region="demo").status_code == 200


def test_a_person_or_a_client_without_the_scope_may_not_look(office: Office):
    number = filed(office).json["number"]

    assert find(office, number, "events.read").status_code == 403
    assert office.call("GET", f"/numbers?number={number}", "umpeg").status_code == 403
