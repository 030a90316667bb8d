"""The result of a proposal in process: from the form to the API, and back to the fields."""

from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from portal.sections.desk.reading import Case
from portal.shell import uploads
from portal.shell.api_client import ApiRefused
from portal.shell.forms import by_field, entered
from portal.shell.saying import say
from portal.shell.uploads import Place, Upload

MAX_BYTES = 10 * 1_048_576
NOT_FOUND = 404


def place_of(case: Case) -> Place:
    """Say what the letter of a result is meant for."""
    here = url_for("desk.enter_result", proposal_id=case.id)
    return Place(say("desk.result_document"), f"result/{case.id}", MAX_BYTES, here, here)


def letter_of(case: Case, upload_id: str | None) -> Upload | None:
    """Find the letter that was sent to documents; None when there is none, or no longer."""
    if not upload_id:
        return None
    try:
        return uploads.upload_of(upload_id, place_of(case).slot)
    except NotFound:
        return None
    except ApiRefused as refused:
        if refused.status != NOT_FOUND:
            raise
        return None


def page_with(case: Case, letter: Upload | None) -> str:
    """Return the address of the form that knows its letter already."""
    here = url_for("desk.enter_result", proposal_id=case.id)
    return f"{here}?{uploads.FIELD}={letter.id}" if letter else here


def body(case: Case, form: "MultiDict[str, str]", letter: Upload | None) -> dict[str, Any]:
    """Build the result, with the receipt of the letter that documents has."""
    told: dict[str, Any] = {
        "result": form.get("result", ""),
        "remark": form.get("remark", "").strip(),
    }
    fields = entered(case.layanan["result"]["fields"], form)
    if any(value is not None for value in fields.values()):
        told["fields"] = {name: value for name, value in fields.items() if value is not None}
    if letter is not None:
        told["receipt"] = letter.receipt
    return told


def without_letter(form: "MultiDict[str, str]") -> dict[str, str]:
    """Say what to do about a letter that the form names and documents does not have."""
    if uploads.has_files():
        return {"document": uploads.told_to_old_pages()}
    return {"document": say("shell.file_did_not_arrive")} if form.get("upload") else {}


def errors(refused: ApiRefused) -> dict[str, str]:
    placed, others = by_field(refused.errors)
    if refused.code.startswith("document") or "/receipt" in refused.errors:
        placed["document"] = refused.errors.get("/receipt") or refused.detail
        return placed
    for name in ("result", "remark"):
        if f"/{name}" in refused.errors:
            placed[name] = refused.errors[f"/{name}"]
            others = [text for text in others if text != placed[name]]
    if others or not placed:
        placed[""] = "; ".join(others) or refused.detail or say("desk.refused")
    return placed
