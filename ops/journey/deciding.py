"""The officers' side: find the proposal in the inbox, read its documents, decide."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from ops.journey.applying import returned_document
from ops.journey.case import API, DOCUMENTS, Case, check
from ops.journey.pdfs import a_pdf
from ops.journey.web import Person

NOTE = "Dokumen kurang jelas; mohon unggah pindaian yang lengkap."
REASON = "document_unreadable"


def decision(key: str) -> Callable[[Case], None]:
    """Make the step in which the officer approves."""
    return partial(approve, key=key)


def return_for_one_document(case: Case) -> None:
    officer = case.person("umpeg")
    read_every_paper(case, officer)
    code = returned_document(case)
    reason = {"code": REASON, "target": f"document:{code}"}
    decide(case, officer, {"decision": "revise", "note": NOTE, "reasons": [reason]})


def approve(case: Case, key: str) -> None:
    decide(case, case.person(key), {"decision": "approve"})


def decide(case: Case, officer: Person, content: dict[str, Any]) -> None:
    check_inbox(case, officer)
    _, etag = case.seen_by(officer)
    officer.send("POST", f"{case.address}/decisions", content, etag=etag)
    check(not is_in_inbox(case, officer), f"{officer.key} has nothing left to decide here")


def check_inbox(case: Case, officer: Person) -> None:
    check(is_in_inbox(case, officer), f"the proposal is in the inbox of {officer.key}")
    counts = officer.get(f"{API}/inbox/counts")
    check(sum(_numbers(counts)) >= 1, f"the inbox of {officer.key} counts it")


def is_in_inbox(case: Case, officer: Person) -> bool:
    page = officer.get(f"{API}/inbox?q={quote(case.proposal['number'], safe='')}")
    return any(row["id"] == case.proposal_id for row in page["data"])


def _numbers(counts: Any) -> list[int]:
    if isinstance(counts, int):
        return [counts]
    if not isinstance(counts, dict):
        return []
    return [number for count in counts.values() for number in _numbers(count)]


def read_every_paper(case: Case, officer: Person) -> None:
    """Open each document as the officer and compare it byte for byte."""
    for code, paper in case.papers.items():
        grant = officer.send("POST", f"{case.address}/documents/{code}/grant", {}).json()
        received = officer.call("GET", grant["url"])
        check(received.status == 200, f"{officer.key} may read {code} ({received.status})")
        check(received.body == paper, f"{code} is the file the applicant sent")
        case.opened.append(paper)


def issue_result(case: Case) -> None:
    officer = case.person("bkpsdm_admin")
    check_inbox(case, officer)
    number = case.proposal["number"]
    case.result = a_pdf("Surat Keterangan Bebas Hukuman Disiplin", f"Nomor usulan {number}")
    stored = officer.upload(f"{DOCUMENTS}/documents", "surat-keterangan.pdf", case.result)
    _, etag = case.seen_by(officer)
    officer.send(
        "POST",
        f"{case.address}/result",
        {
            "result": "ms",
            "remark": "Memenuhi syarat",
            "receipt": stored["receipt"],
            "fields": {"nomor_surat": "000/0001/PERAGAAN"},
        },
        etag=etag,
    )
