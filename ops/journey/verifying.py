"""What must be true after the last step: history, archive, view log, public status."""

import hashlib
import json
from typing import Any

from ops.journey.case import API, DOCUMENTS, OFFICERS, Case, check
from ops.journey.web import expect

STAGES = (
    "umpeg_verification",
    "revision",
    "umpeg_verification",
    "opd_head_approval",
    "bkpsdm_validation",
    "secretary_verification",
    "bkpsdm_head_approval",
    "processing",
    "completed",
)


def verify(case: Case) -> None:
    """Read all records of the proposal and compare them with the steps taken."""
    compare_history(case)
    compare_archive(case)
    compare_views(case)
    compare_public_status(case)


def compare_history(case: Case) -> None:
    history = entries(case.applicant.get(f"{case.address}/history"))
    rows = sorted(history, key=lambda row: int(row["sequence"]))
    stages = [row["to_stage"] for row in rows if row["to_stage"] != "draft"]
    check(tuple(stages) == STAGES, f"the history has every stage in order, not {stages}")


def entries(answer: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = answer["data"] if isinstance(answer, dict) else answer
    return rows


def compare_archive(case: Case) -> None:
    """Compare the result document that an event archived for its owner."""
    person = case.applicant
    name = "surat-keterangan.pdf"
    archived = [
        document
        for document in entries(person.get(f"{DOCUMENTS}/documents?limit=100"))
        if document["name"] == name and document["size"] == len(case.result)
    ]
    check(archived, "the result document is in the applicant's archive")
    content = person.call("GET", f"{DOCUMENTS}/documents/{archived[0]['id']}/content")
    check(content.body == case.result, "the archived result is the same, byte for byte")


def compare_views(case: Case) -> None:
    """Compare the log: the officer once for each document opened, nobody for the others."""
    person = case.applicant
    viewer = case.person(OFFICERS[0]).get("/api/identity/v1/me")["id"]
    proposal = case.refresh()
    papers = [paper for document in proposal["documents"] for paper in revisions(document)]
    for paper in papers:
        views = entries(person.get(f"{DOCUMENTS}/documents/{paper['document_id']}/views"))
        viewers = [view["viewer_id"] for view in views]
        expected = [viewer] if paper["sha256"] in opened(case) else []
        check(viewers == expected, f"{paper['name']} was opened by {viewers}, not {expected}")


def revisions(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [*document["previous"], document["current"]]


def opened(case: Case) -> set[str]:
    return {hashlib.sha256(paper).hexdigest() for paper in case.opened}


def compare_public_status(case: Case) -> None:
    """Ask with number and lookup code: the answer is stage and dates, and nothing else."""
    question = {"number": case.proposal["number"], "lookup_code": case.proposal["lookup_code"]}
    answer = case.web.call(
        "POST",
        f"{API}/status",
        json.dumps(question).encode(),
        {"Content-Type": "application/json"},
    )
    status = expect(200, answer).json()
    check(status["stage"] == "completed", "the public status is the proposal's")
    check(case.applicant.name not in json.dumps(status), "the public status names nobody")
