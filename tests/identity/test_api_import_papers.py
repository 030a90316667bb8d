"""The file to correct as a dry run's result document, which no import waits for."""

from datetime import timedelta

import pytest
import time_machine

from chassis.http.made_files import FileNotKept
from chassis.http.peers import PeerUnavailable
from chassis.process.clock import now
from tests.identity.desk import Desk
from tests.identity.imports import (
    BUDI,
    SITI,
    Papers,
    bring,
    cells,
    corrections,
    dying,
    employee,
    read,
    send,
    step,
    table,
    turn,
    work,
)

WRONG = ("199001012015131999", "Salah Bulan", "disdik", "", "", "")


def test_a_dry_run_with_errors_has_the_wrong_rows_as_its_result_document(
    desk: Desk, papers: Papers
):
    told = bring(desk, table(BUDI, WRONG))

    job = told["job"]
    assert (told["state"], job["state"], job["done"], job["total"]) == ("checked", "done", 2, 2)
    assert job["document_id"] == job["id"]
    assert job["result"]["import_id"] == told["id"]
    [content] = papers.kept.values()
    assert cells(content) == cells(corrections(desk, told["id"]))
    assert [row[0] for row in cells(content)[1:]] == [WRONG[0]]


def test_without_errors_there_is_none_and_documents_is_not_asked(desk: Desk, papers: Papers):
    papers.away = AssertionError("asked")

    told = step(desk, bring(desk, table(BUDI, SITI))["id"], "apply")

    assert (told["job"]["state"], told["job"]["document_id"]) == ("done", None)


def test_a_process_that_dies_with_the_paper_made_makes_no_second_one(
    desk: Desk, papers: Papers, monkeypatch: pytest.MonkeyPatch
):
    sent = send(desk, table(WRONG)).json
    turn(desk)
    with dying(monkeypatch, "jobs.before_commit"), pytest.raises(KeyboardInterrupt):
        turn(desk)

    with time_machine.travel(now() + timedelta(minutes=2), tick=False):
        while turn(desk, "b"):
            pass

    assert read(desk, sent["id"])["job"]["document_id"] == sent["job"]["id"]
    assert len(papers.kept) == 1


def test_while_documents_is_away_the_job_waits_and_the_import_goes_on(desk: Desk, papers: Papers):
    papers.away = PeerUnavailable(peer="documents")
    told = bring(desk, table(BUDI, WRONG))
    assert (told["state"], told["job"]["state"]) == ("checked", "running")

    applied = step(desk, told["id"], "apply")
    work(desk)

    assert applied["state"] == "applied"
    assert employee(desk, BUDI[0]) is not None
    checking = desk.call("sysadmin", "GET", f"/jobs/{told['job']['id']}").json
    assert (checking["state"], checking["document_id"]) == ("stopped", None)


def test_the_paper_comes_when_documents_is_back(desk: Desk, papers: Papers):
    papers.away = PeerUnavailable(peer="documents")
    told = bring(desk, table(WRONG))
    papers.away = None

    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        work(desk)
        job = read(desk, told["id"])["job"]

    assert (job["state"], job["document_id"]) == ("done", job["id"])


def test_a_documents_that_takes_no_workbook_costs_the_paper_and_not_the_job(
    desk: Desk, papers: Papers
):
    papers.away = FileNotKept("422 document_not_pdf")

    told = bring(desk, table(WRONG))

    assert (told["job"]["state"], told["job"]["document_id"]) == ("done", None)
    assert len(cells(corrections(desk, told["id"]))) == 2
