"""The applicant's side: file, correct, receive."""

from typing import Any

from ops.journey.case import API, DOCUMENTS, LAYANAN, Case, check
from ops.journey.pdfs import a_pdf

ANSWERS: dict[str, Any] = {"text": "Persyaratan seleksi jabatan", "number": 1, "date": "2026-01-05"}


def file_draft(case: Case) -> None:
    """Open a draft with every field that must be filled."""
    person = case.applicant
    case.definition = person.get(f"{API}/layanan/{LAYANAN}")
    check(len(required(case.definition)) == 3, "the layanan asks for three documents")
    fields = {
        field["name"]: answer_for(field)
        for field in case.definition["fields"]
        if field.get("required")
    }
    draft = person.send(
        "POST", f"{API}/proposals", {"layanan": LAYANAN, "fields": fields}, status=201
    ).json()
    case.proposal_id = draft["id"]


def required(definition: dict[str, Any]) -> list[dict[str, Any]]:
    requirements: list[dict[str, Any]] = definition["requirements"]
    return [
        requirement
        for requirement in requirements
        if requirement["required"] is True and requirement.get("upload", True)
    ]


def answer_for(field: dict[str, Any]) -> Any:
    if field.get("options"):
        option = field["options"][0]
        return option["value"] if isinstance(option, dict) else option
    return ANSWERS.get(field["type"], ANSWERS["text"])


def attach_documents(case: Case) -> None:
    for number, requirement in enumerate(required(case.definition), start=1):
        paper = a_pdf(words(requirement["name"]), f"Lampiran {number}, dibuat untuk peragaan")
        attach(case, requirement["code"], paper)


def words(text: Any) -> str:
    return str(text["id"] if isinstance(text, dict) else text)


def attach(case: Case, code: str, paper: bytes) -> None:
    person = case.applicant
    stored = person.upload(f"{DOCUMENTS}/documents", f"{code}.pdf", paper)
    _, etag = case.seen_by(person)
    person.send(
        "PUT", f"{case.address}/documents/{code}", {"receipt": stored["receipt"]}, etag=etag
    )
    case.papers[code] = paper


def submit(case: Case) -> None:
    _, etag = case.seen_by(case.applicant)
    case.applicant.send("POST", f"{case.address}/submit", {}, etag=etag)
    proposal = case.refresh()
    check(proposal["number"], "a submitted proposal has a number")


def correct(case: Case) -> None:
    """Replace the one document that was marked, then send the revision."""
    marked = returned_document(case)
    proposal = case.refresh()
    check(marked in str(proposal["opened"]), f"{marked} is open for correction")
    others = [code for code in case.papers if code != marked]
    refuse_change(case, others[0])
    attach(case, marked, a_pdf("Perbaikan", "Dokumen yang benar, dibuat untuk peragaan"))
    _, etag = case.seen_by(case.applicant)
    case.applicant.send("POST", f"{case.address}/resubmit", {}, etag=etag)


def returned_document(case: Case) -> str:
    return min(case.papers)


def refuse_change(case: Case, code: str) -> None:
    """Try to replace a document that was not marked, which must be refused."""
    person = case.applicant
    stored = person.upload(f"{DOCUMENTS}/documents", f"{code}.pdf", a_pdf("Tidak diminta"))
    _, etag = case.seen_by(person)
    person.send(
        "PUT",
        f"{case.address}/documents/{code}",
        {"receipt": stored["receipt"]},
        etag=etag,
        status=(403, 409, 422),
    )


def download_result(case: Case) -> None:
    """Fetch the result document and compare it byte for byte."""
    person = case.applicant
    grant = person.send("POST", f"{case.address}/documents/result/grant", {}).json()
    received = person.call("GET", grant["url"])
    check(received.status == 200, f"the result can be downloaded ({received.status})")
    check(received.body == case.result, "the result is the one that was issued, byte for byte")
    disposition = received.headers.get("Content-Disposition", "")
    check(disposition.startswith("attachment"), "the result arrives as an attachment")
