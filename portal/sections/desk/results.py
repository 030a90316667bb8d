"""The result of a proposal in process: from the form to the API, and back to the fields."""

from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from portal.sections.desk.reading import Case
from portal.shell.api_client import ApiRefused, Attached
from portal.shell.forms import by_field, entered, sent_key
from portal.shell.saying import say
from portal.shell.signed_in import api

MAX_BYTES = 10 * 1_048_576


def body(case: Case, form: "MultiDict[str, str]") -> dict[str, Any]:
    """Build the result; the letter goes to documents first and comes back as a receipt."""
    told: dict[str, Any] = {
        "result": form.get("result", ""),
        "remark": form.get("remark", "").strip(),
    }
    fields = entered(case.layanan["result"]["fields"], form)
    if any(value is not None for value in fields.values()):
        told["fields"] = {name: value for name, value in fields.items() if value is not None}
    file = request.files.get("document")
    if file is not None and file.filename:
        told["receipt"] = _stored(file)
    return told


def _stored(file: Any) -> str:
    stored = api().upload(
        "/api/documents/v1/documents",
        Attached(file.filename, "application/pdf", file.stream),
        {"max_bytes": str(MAX_BYTES)},
        key=f"{sent_key()}-result",
    )
    return str(stored["receipt"])


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
