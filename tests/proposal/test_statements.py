"""How often the database is asked: however many rows are shown, and however many there are."""

import pytest

from tests.builders.statements import statements_of
from tests.proposal.office import PAPERS, Office
from tests.proposal.over_http import etag

# One is asked with every request: has the session ended, since when are older tokens of the person
# void, which is the region's stamp.
# Another two count what is on no page: kept counters, exceptions, wishes to withdraw.
ASKED = {
    "/inbox?limit=50": 3,
    "/inbox?limit=2": 5,
    "/inbox/counts": 3,
    "/decided?limit=50": 3,
    "/proposals?limit=50": 2,
}
OF_ONE = {"": 6, "?definition=false": 6, "/history": 3, "/tracking": 4}
# What a change asks and writes, with its key and its answer: the answer in full, and the smallest.
CHANGED = {"edit": (12, 7), "attach": (16, 10), "submit": (20, 17), "decide": (18, 15)}


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


def changed(office: Office, step: str, who: str, headers: dict[str, str]) -> list[str]:
    """Take a step with a proposal that waits for it; list what the database was asked."""
    proposal_id = office.submitted(who) if step == "decide" else office.draft(who)
    method, rest, body = {
        "edit": ("PATCH", "", {"fields": {"keperluan": "Seleksi lain"}}),
        "attach": ("PUT", f"/documents/{PAPERS[0]}", {"receipt": office.receipt(who)}),
        "submit": ("POST", "/submit", {}),
        "decide": ("POST", "/decisions", {"decision": "approve"}),
    }[step]
    path, by = f"/proposals/{proposal_id}", "umpeg" if step == "decide" else who
    seen = etag(office.call("GET", path, by))
    with statements_of(office.service) as statements:
        given = {**seen, "Idempotency-Key": f"{step}-{who}", **headers}
        answer = office.call(method, path + rest, by, json=body, headers=given)
    assert answer.status_code == 200, answer.json
    return statements


@pytest.mark.parametrize(("step", "counts"), CHANGED.items())
def test_a_change_costs_what_it_changes_and_what_its_answer_shows(office: Office, step, counts):
    changed(office, step, "opd_head", {})  # what is read once is read here
    in_full = changed(office, step, "applicant", {})
    smallest = changed(office, step, "opd_secretary", {"Prefer": "return=minimal"})

    assert (len(in_full), len(smallest)) == counts


def test_no_question_is_asked_twice(office: Office, few_and_many):
    for path in (*ASKED, f"/proposals/{few_and_many[1]}"):
        statements = asked(office, path, "umpeg")

        assert len(set(statements)) == len(statements)
