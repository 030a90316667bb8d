"""How often the database is asked: however many rows are shown, and however many there are."""

import pytest

from tests.builders.statements import statements_of
from tests.proposal.office import Office

# One is asked with every request: has the session ended, since when are older tokens of the person
# void, which is the region's stamp.
# Another three count what is on no page: kept counters, exceptions, wishes to withdraw.
ASKED = {
    "/inbox?limit=50": 3,
    "/inbox?limit=2": 6,
    "/inbox/counts": 4,
    "/decided?limit=50": 3,
    "/proposals?limit=50": 2,
}
OF_ONE = {"": 8, "?definition=false": 8, "/history": 3, "/tracking": 4}


def asked(office: Office, path: str, who: str) -> list[str]:
    office.call("GET", path, who)  # what is read once per change of the offices is read here
    with statements_of(office.service) as statements:
        assert office.call("GET", path, who).status_code == 200
    return statements


@pytest.fixture
def few_and_many(office: Office) -> list[str]:
    others = ("applicant", "opd_head", "opd_secretary")
    return [str(office.at("opd_head_approval")), *(str(office.submitted(who)) for who in others)]


@pytest.mark.parametrize(("path", "count"), ASKED.items())
def test_a_list_asks_as_often_whatever_it_shows(office: Office, few_and_many, path, count):
    who = "applicant" if path.startswith("/proposals") else "umpeg"

    assert len(asked(office, path, who)) == count


@pytest.mark.parametrize(("path", "count"), OF_ONE.items())
def test_a_case_asks_for_each_part_once(office: Office, few_and_many, path, count):
    assert len(asked(office, f"/proposals/{few_and_many[1]}{path}", "umpeg")) == count


def test_no_question_is_asked_twice(office: Office, few_and_many):
    for path in (*ASKED, f"/proposals/{few_and_many[1]}"):
        statements = asked(office, path, "umpeg")

        assert len(set(statements)) == len(statements)
