"""The same service where row security is forced and requests really run at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from chassis.data.listing import Wanted
from ops.engines.postgres import Postgres
from services.proposal.app import create_app
from services.proposal.models import Proposal, QueueCount, db
from services.proposal.queries.inbox import counts, inbox
from services.proposal.workers import vacancies
from tests.builders.databases import database_on
from tests.builders.organisation import an_id
from tests.builders.people import employee_event, role_event
from tests.builders.service import let_go, under_test
from tests.proposal.office import API, Office

pytestmark = pytest.mark.live
AT_ONCE = 16
TWENTY = 20


@pytest.fixture(scope="module")
def office(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder: Path = tmp_path_factory.mktemp("postgres")
    app = create_app(database_on(postgres, "proposal", folder))
    one = Office(under_test(app))
    one.open()
    one.accept_receipts()
    yield one
    let_go(app)


def at_once(work, things) -> list:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, things))


def approve(office: Office, proposal_id, who: str, etag: str):
    return office.call(
        "POST",
        f"/proposals/{proposal_id}/decisions",
        who,
        json={"decision": "approve"},
        headers={"If-Match": etag},
    )


def test_a_proposal_goes_as_far_as_processing(office: Office):
    proposal_id = office.at("processing", "opd_secretary")

    assert office.read(proposal_id).stage == "processing"


def test_of_many_officers_at_once_one_wins(office: Office):
    officers = [f"umpeg_{number}" for number in range(48)]
    office.service.hear(
        *(employee_event(key, "disdik") for key in officers),
        *(role_event(key, "umpeg", "disdik") for key in officers),
    )
    proposal_id = office.submitted()
    etag = office.call("GET", f"/proposals/{proposal_id}", "umpeg").headers["ETag"]
    before = len(office.service.recorded("proposal.advanced.v1"))

    answers = at_once(lambda who: approve(office, proposal_id, who, etag), officers)

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 409, 412}
    assert len(office.service.recorded("proposal.advanced.v1")) == before + 1


def test_drafts_sent_at_once_do_not_pass_the_limit(office: Office):
    drafts = [office.draft("applicant_dinkes") for _ in range(8)]
    tags = [
        office.call("GET", f"/proposals/{draft}", "applicant_dinkes").headers["ETag"]
        for draft in drafts
    ]

    answers = at_once(
        lambda pair: office.call(
            "POST",
            f"/proposals/{pair[0]}/submit",
            "applicant_dinkes",
            headers={"If-Match": pair[1]},
        ),
        zip(drafts, tags, strict=True),
    )

    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [422] * 5


def sent_until_answered(office: Office, path: str, who: str, begin: Barrier, **kwargs):
    """Send as somebody who is told that the same request is being worked on, and asks again."""
    begin.wait(30)
    while True:
        answer = office.call("POST", path, who, **kwargs)
        if answer.status_code != 409:
            return answer
        assert answer.json["code"] == "idempotency_key_in_use"


def test_a_key_sent_twenty_times_at_once_submits_once_and_answers_all_alike(office: Office):
    office.service.hear(employee_event("hasty", "disdik"))
    proposal_id = office.draft("hasty")
    path, begin = f"/proposals/{proposal_id}", Barrier(TWENTY)
    etag = office.call("GET", path, "hasty").headers["ETag"]
    headers = {"If-Match": etag, "Idempotency-Key": "twenty-at-once"}
    send = partial(sent_until_answered, office, f"{path}/submit", "hasty", begin, headers=headers)

    with ThreadPoolExecutor(TWENTY) as pool:
        answers = [future.result() for future in [pool.submit(send) for _ in range(TWENTY)]]
    changed = office.call("POST", f"{path}/submit", "hasty", headers=headers, json={})

    assert {(answer.status_code, answer.headers["ETag"]) for answer in answers} == {
        (200, answers[0].headers["ETag"])
    }
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == TWENTY - 1
    assert [entry.action for entry in office.history(proposal_id)] == ["submit"]
    told = [event.subject for event in office.service.recorded("proposal.submitted.v1")]
    assert told.count(f"proposal/{proposal_id}") == 1
    assert (changed.status_code, changed.json["code"]) == (422, "idempotency_key_reused")


def test_proposals_sent_at_once_have_numbers_of_their_own(office: Office):
    people = [f"colleague_{number}" for number in range(AT_ONCE)]
    office.service.hear(*(employee_event(key, "disdik") for key in people))

    proposals = at_once(office.submitted, people)

    numbers = {office.read(proposal).number for proposal in proposals}
    assert len(numbers) == len(people)
    with office.inside():
        rows = db.session.scalars(select(QueueCount)).all()
        waiting = db.session.scalars(
            select(Proposal.id).where(Proposal.stage == "umpeg_verification")
        ).all()
    in_first_stage = [row.waiting for row in rows if row.stage == "umpeg_verification"]
    assert sum(in_first_stage) == len(waiting)


def test_inbox_counts_and_search_agree(office: Office):
    proposal_id = office.submitted("opd_head")
    number = office.read(proposal_id).number

    with office.inside():
        listed = inbox(an_id("umpeg"), Wanted(limit=100)).items
        total = sum(counts(an_id("umpeg")).values())
        found = inbox(an_id("umpeg"), Wanted(q=number.lower())).items

    assert len(listed) == total
    assert [future.proposal.id for future in found] == [proposal_id]


def test_status_lookup_crosses_regions_and_nothing_else_does(office: Office):
    proposal = office.read(office.submitted("bkpsdm_admin"))
    body = {"number": proposal.number, "lookup_code": proposal.lookup_code}
    elsewhere = office.token("bkpsdm_admin", region="other")

    assert office.service.call("POST", f"{API}/status", json=body).status_code == 200
    answer = office.service.call("GET", f"{API}/proposals/{proposal.id}", token=elsewhere)
    assert answer.status_code == 404


def test_the_watch_for_vacancies_sees_every_region(office: Office):
    with office.service.app.app_context():
        assert vacancies.look_round() is False


def test_what_is_in_the_way_and_the_same_file_are_told_there_too(office: Office) -> None:
    proposal_id = office.submitted("umpeg_second")  # every paper of it is the same file

    cards = office.call("GET", "/layanan", "umpeg_second").json["data"]
    seen = office.call("GET", f"/proposals/{proposal_id}", "umpeg").json

    assert {row["code"]: bool(row["obstacles"]) for row in cards} == {
        "bebas_hukdis": False,
        "kp_fungsional": True,
    }
    assert [len(row["same_as"]) for row in seen["documents"]] == [2, 2, 2]


def test_a_wish_and_an_unsent_revision_are_read_alike_there(office: Office) -> None:
    proposal_id = office.at("bkpsdm_validation", "opd_secretary")
    office.decide(proposal_id, "bkpsdm_admin", "revise", note="Mohon diperbaiki")
    path, applicant = f"/proposals/{proposal_id}", "opd_secretary"
    typed = office.call("GET", path, applicant)
    body = {"fields": {"keperluan": "Seleksi jabatan pengawas"}}
    etag = {"If-Match": typed.headers["ETag"]}
    typed = office.call("PATCH", path, applicant, json=body, headers=etag)
    etag = {"If-Match": typed.headers["ETag"]}
    office.call("POST", f"{path}/withdrawal-request", applicant, json={"note": ""}, headers=etag)

    rows = office.call("GET", "/inbox?withdrawal=asked", "bkpsdm_admin").json["data"]
    others = office.call("GET", "/inbox?withdrawal=none", "bkpsdm_admin").json["data"]
    seen = office.call("GET", path, "bkpsdm_admin").json

    assert [row["id"] for row in rows] == [str(proposal_id)]
    assert str(proposal_id) not in {row["id"] for row in others}
    assert office.call("GET", "/inbox/counts", "bkpsdm_admin").json["revision"] == 1
    assert seen["fields"]["keperluan"] == "Syarat mengikuti seleksi"
