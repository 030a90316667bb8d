"""What must be true when it is over: history, archive, view log, public status."""

import hashlib
import json
from typing import Any

from ops.journey.case import API, DOCUMENTS, OFFICERS, Case, check
from ops.journey.web import expect

ROAD = (
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


def look_back(case: Case) -> None:
    """Read everything that stays and compare it with what happened."""
    compare_history(case)
    compare_archive(case)
    compare_views(case)
    compare_public_status(case)


def compare_history(case: Case) -> None:
    history = entries(case.applicant.get(f"{case.address}/history"))
    road = [one["to_stage"] for one in sorted(history, key=lambda one: int(one["sequence"]))]
    passed = [stage for stage in road if stage != "draft"]
    check(tuple(passed) == ROAD, f"the history tells the whole way, not {passed}")


def entries(answer: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer["data"] if isinstance(answer, dict) else answer
    return found


def compare_archive(case: Case) -> None:
    """The result document is archived for its owner by event, and is the same there."""
    person = case.applicant
    name = "surat-keterangan.pdf"
    found = [
        one
        for one in entries(person.get(f"{DOCUMENTS}/documents?limit=100"))
        if one["name"] == name and one["size"] == len(case.result)
    ]
    check(found, "the result document is in the applicant's archive")
    content = person.call("GET", f"{DOCUMENTS}/documents/{found[0]['id']}/content")
    check(content.body == case.result, "the archived result is the same, byte for byte")


def compare_views(case: Case) -> None:
    """The log names the officer for each paper opened, once, and nobody for the others."""
    person = case.applicant
    viewer = case.person(OFFICERS[0]).get("/api/identity/v1/me")["id"]
    proposal = case.refresh()
    papers = [one for document in proposal["documents"] for one in revisions(document)]
    for paper in papers:
        views = entries(person.get(f"{DOCUMENTS}/documents/{paper['document_id']}/views"))
        viewers = [one["viewer_id"] for one in views]
        expected = [viewer] if paper["sha256"] in opened(case) else []
        check(viewers == expected, f"{paper['name']} was opened by {viewers}, not {expected}")


def revisions(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [*document["previous"], document["current"]]


def opened(case: Case) -> set[str]:
    return {hashlib.sha256(paper).hexdigest() for paper in case.opened}


def compare_public_status(case: Case) -> None:
    """Number and lookup code tell stage and dates to anybody, and nothing else."""
    question = {"number": case.proposal["number"], "lookup_code": case.proposal["lookup_code"]}
    answer = case.web.call(
        "POST",
        f"{API}/status",
        json.dumps(question).encode(),
        {"Content-Type": "application/json"},
    )
    told = expect(200, answer).json()
    check(told["stage"] == "completed", "the public status is the proposal's")
    check(case.applicant.name not in json.dumps(told), "the public status names nobody")
