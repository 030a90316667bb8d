"""Long work in parts: resumed where it was, stopped when asked, with what went wrong."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import select

from chassis.http.receipts import Receipt
from chassis.process.clock import now
from chassis.process.regions import in_region
from chassis.run.asking import Asking
from chassis.run.jobs import ERRORS_KEPT, Job, JobLoop, JobRow, Jobs, Part, result_document
from tests.builders.keeper import Keeper
from tests.builders.letters.jobs import COPYING, make_jobs
from tests.builders.letters.models import Letter, db
from tests.builders.service import Service

ME, OTHER = uuid4(), uuid4()


class Copying:
    """Writes `count` letters, two in a part; row 3 is always wrong."""

    def __init__(self) -> None:
        self.parts: list[Mapping | None] = []
        self.fails = False

    def __call__(self, job: Job) -> Part:
        self.parts.append(job.cursor)
        start, count = (job.cursor or {"next": 0})["next"], job.arguments["count"]
        end = min(start + 2, count)
        with db.transaction() as session:
            session.add_all(Letter(text=str(number)) for number in range(start, end))
        if self.fails:
            raise ZeroDivisionError
        wrong = [_wrong(number) for number in range(start, end) if number == 3]
        if end == count:
            return Part(end - start, total=count, errors=wrong, result={"letters": count})
        return Part(end - start, {"next": end}, total=count, errors=wrong)


def _wrong(row: int) -> dict:
    detail = {"id": "Baris ini salah.", "en": "This row is wrong."}
    return {"row": row, "field": "text", "code": "invalid", "detail": detail}


@pytest.fixture
def copying() -> Copying:
    return Copying()


@pytest.fixture
def jobs(copying: Copying) -> Jobs:
    return make_jobs(copying)


@pytest.fixture
def letters(make_letters, jobs) -> Service:
    return make_letters(options={"jobs": jobs})


def begin(letters: Service, jobs: Jobs, count: int = 5, owner: UUID = ME) -> UUID:
    with letters.app.app_context(), in_region("demo"):
        return jobs.begin(COPYING, owner_id=owner, arguments={"count": count}).id


def turn(letters: Service, jobs: Jobs, worker: str = "a") -> bool:
    with letters.app.app_context():
        return JobLoop(letters.runtime, jobs, worker).run()


def texts(letters: Service) -> list[str]:
    with letters.app.app_context(), in_region("demo"):
        return sorted(db.session.scalars(select(Letter.text)))


def shown(letters: Service, job_id: UUID, who: UUID = ME) -> dict:
    answer = letters.call("GET", f"/api/letters/v1/jobs/{job_id}", token=token(letters, who))
    assert answer.status_code == 200, answer.json
    return answer.json


def token(letters: Service, who: UUID = ME) -> str:
    return letters.person(who, "letters")


def stop(letters: Service, job_id: UUID, who: UUID = ME):
    return letters.call("POST", f"/api/letters/v1/jobs/{job_id}/stop", token=token(letters, who))


def test_a_job_goes_on_part_by_part_and_says_how_far_it_is(letters, jobs):
    job_id = begin(letters, jobs)
    assert shown(letters, job_id)["state"] == "waiting"

    turn(letters, jobs)
    job = shown(letters, job_id)
    assert (job["state"], job["done"], job["total"]) == ("running", 2, 5)
    assert job["state_label"] == {"id": "Berjalan", "en": "Running"}
    assert job["label"] == {"id": "Menyalin surat", "en": "Copying letters"}

    while turn(letters, jobs):
        pass
    job = shown(letters, job_id)
    assert (job["state"], job["done"], job["result"]) == ("done", 5, {"letters": 5})
    assert [(error["row"], error["code"]) for error in job["errors"]] == [(3, "invalid")]
    assert texts(letters) == ["0", "1", "2", "3", "4"]


def test_a_part_that_fails_leaves_nothing_and_is_done_again_from_the_same_place(
    letters, jobs, copying
):
    job_id = begin(letters, jobs)
    turn(letters, jobs)
    copying.fails = True
    turn(letters, jobs)
    assert texts(letters) == ["0", "1"]
    assert shown(letters, job_id)["done"] == 2

    copying.fails = False
    while turn(letters, jobs):
        pass
    assert copying.parts == [None, {"next": 2}, {"next": 2}, {"next": 4}]
    assert texts(letters) == ["0", "1", "2", "3", "4"]


def test_a_part_that_always_fails_ends_the_job_as_failed(letters, jobs, copying):
    job_id = begin(letters, jobs)
    copying.fails = True
    while turn(letters, jobs):
        pass

    assert shown(letters, job_id)["state"] == "failed"
    assert len(copying.parts) == 3, "as often as the retry schedule says"


def test_another_worker_goes_on_when_one_died(letters, jobs):
    begin(letters, jobs)
    turn(letters, jobs, "dead")
    assert not turn(letters, jobs, "b")

    with time_machine.travel(now() + timedelta(seconds=61)):
        while turn(letters, jobs, "b"):
            pass
    assert texts(letters) == ["0", "1", "2", "3", "4"]


def test_a_worker_that_read_a_job_before_another_went_on_does_no_part_again(letters, jobs, copying):
    begin(letters, jobs)
    late = JobLoop(letters.runtime, jobs, "late")
    with letters.app.app_context(), in_region("demo"):
        seen = db.session.execute(select(jobs.table)).one()
    turn(letters, jobs)
    copying.fails = True
    turn(letters, jobs)

    with letters.app.app_context(), in_region("demo"):
        (taken,) = late._claims.claim(seen)
    assert (seen.done, taken.done) == (0, 2), "the job is free again, but farther on"


def test_a_job_is_stopped_after_its_part_and_keeps_what_was_done(letters, jobs):
    job_id = begin(letters, jobs)
    turn(letters, jobs)

    answer = stop(letters, job_id)
    assert (answer.status_code, answer.json["stopping"]) == (200, True)
    while turn(letters, jobs):
        pass

    job = shown(letters, job_id)
    assert (job["state"], job["done"], job["stopping"]) == ("stopped", 2, False)
    assert texts(letters) == ["0", "1"]
    assert stop(letters, job_id).json["code"] == "job_over"


def test_a_persons_jobs_are_seen_and_stopped_by_nobody_else(letters, jobs):
    job_id = begin(letters, jobs)
    theirs = begin(letters, jobs, owner=OTHER)

    path = "/api/letters/v1/jobs"
    listed = letters.call("GET", path, token=token(letters)).json["data"]
    assert [job["id"] for job in listed] == [str(job_id)]
    missing = letters.call("GET", f"{path}/{theirs}", token=token(letters))
    assert missing.status_code == 404
    assert stop(letters, theirs).status_code == 404


def test_two_jobs_take_turns(letters, jobs):
    first, second = begin(letters, jobs, 4), begin(letters, jobs, 4)
    turn(letters, jobs)
    turn(letters, jobs)

    assert [shown(letters, job)["done"] for job in (first, second)] == [2, 2]


def test_a_list_of_jobs_counts_errors_and_leaves_them_to_the_job(letters, jobs):
    begin(letters, jobs)
    while turn(letters, jobs):
        pass

    (job,) = letters.call("GET", "/api/letters/v1/jobs", token=token(letters, ME)).json["data"]

    assert job["error_count"] == 1
    assert "errors" not in job


def test_of_very_many_errors_the_first_are_kept_and_all_are_counted(letters, jobs, monkeypatch):
    many = Part(1, errors=[_wrong(number) for number in range(ERRORS_KEPT + 5)])
    monkeypatch.setattr(Copying, "__call__", lambda _self, _job: many)
    job_id = begin(letters, jobs)
    turn(letters, jobs)

    job = shown(letters, job_id)
    assert (len(job["errors"]), job["error_count"]) == (ERRORS_KEPT, ERRORS_KEPT + 5)


def test_the_row_is_the_regions(letters, jobs):
    job_id = begin(letters, jobs)

    with letters.app.app_context(), in_region("other"):
        assert db.session.scalar(select(jobs.row).where(jobs.row.id == job_id)) is None
    assert issubclass(jobs.row, JobRow)


def test_a_part_that_asks_outside_does_so_in_no_transaction_and_is_asked_again(make_letters):
    asked: list[bool] = []
    answers = iter(["unkept", "a file"])

    def ask(_job: Job) -> str:
        asked.append(db.in_transaction)
        return next(answers)

    def keep(_job: Job, answer: str) -> Part:
        assert db.in_transaction
        if answer == "unkept":
            raise ZeroDivisionError
        return Part(1, total=1, result={"document_id": answer})

    jobs = make_jobs(Asking(ask, keep))
    letters = make_letters(options={"jobs": jobs})
    job_id = begin(letters, jobs)

    turns = [turn(letters, jobs) for _ in range(3)]

    assert (turns, asked) == ([True, True, False], [False, False])
    with letters.app.app_context(), in_region("demo"):
        row = jobs.of(ME, job_id)
        assert (row.status, row.result) == ("done", {"document_id": "a file"})


def test_a_result_document_is_one_although_its_process_died_before_the_commit(
    make_letters, monkeypatch
):
    written: list[UUID] = []

    def write() -> bytes:
        written.append(ME)
        return b"PK"

    def keep(_job: Job, receipt: Receipt) -> Part:
        return Part(1, total=1, result={"letters": 1}, document_id=receipt.document_id)

    jobs = make_jobs(Asking(lambda job: result_document(job, "salinan.xlsx", write), keep))
    letters = make_letters(options={"jobs": jobs})
    documents = Keeper(letters.signer).beside(letters)
    job_id = begin(letters, jobs)
    with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
        dying.setattr("chassis.run.jobs.failpoint", _die_before_commit)
        turn(letters, jobs, "dead")
    assert shown(letters, job_id)["document_id"] is None

    with time_machine.travel(now() + timedelta(seconds=61)):
        turn(letters, jobs, "b")

    job = shown(letters, job_id)
    assert (job["state"], job["result"]["letters"]) == ("done", 1)
    assert UUID(job["document_id"])
    assert list(documents.kept) == [f"demo job/{job_id} 1"]
    assert written == [ME]


def _die_before_commit(point: str) -> None:
    if point == "jobs.before_commit":
        raise KeyboardInterrupt
