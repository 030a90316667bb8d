"""Entering the result of a proposal in process: MS or TMS, the letter, its facts."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from portal import deciding
from portal.api_client import ApiRefused, Attached
from portal.faults import Page
from portal.forms import by_field, entered, fresh_key, sent_key
from portal.signed_in import api
from portal.words import RESULTS, label, say

MAX_BYTES = 10 * 1_048_576
UNPROCESSABLE = 422
pages = Blueprint("results", __name__, url_prefix="/portal")


@pages.get("/tugas/<uuid:proposal_id>/hasil")
def enter(proposal_id: UUID) -> Page | str:
    case = deciding.load(str(proposal_id))
    if not case.wants_result:
        return redirect(url_for("proposals.show", proposal_id=proposal_id))
    return _form(case, {})


@pages.post("/tugas/<uuid:proposal_id>/hasil")
def save(proposal_id: UUID) -> Page | str:
    case = deciding.load(str(proposal_id))
    try:
        body = _body(case, request.form)
        api().send(
            "POST",
            f"/api/proposal/v1/proposals/{proposal_id}/result",
            body,
            etag=request.form.get("etag"),
            key=sent_key(),
        )
    except ApiRefused as refused:
        if refused.is_stale:
            raise
        return _form(case, _errors(refused))
    flash(f"{case.proposal.get('number')}: {label(RESULTS, body['result'])}.", "success")
    return redirect(url_for("desk.inbox"))


def _body(case: deciding.Case, form: "MultiDict[str, str]") -> dict[str, Any]:
    """Build the result; the letter goes to documents first and comes back as a receipt."""
    body: dict[str, Any] = {
        "result": form.get("result", ""),
        "remark": form.get("remark", "").strip(),
    }
    fields = entered(case.layanan["result"]["fields"], form)
    if any(value is not None for value in fields.values()):
        body["fields"] = {name: value for name, value in fields.items() if value is not None}
    file = request.files.get("document")
    if file is not None and file.filename:
        body["receipt"] = _stored(file)
    return body


def _stored(file: Any) -> str:
    stored = api().upload(
        "/api/documents/v1/documents",
        Attached(file.filename, "application/pdf", file.stream),
        {"max_bytes": str(MAX_BYTES)},
        key=f"{sent_key()}-result",
    )
    return str(stored["receipt"])


def _errors(refused: ApiRefused) -> dict[str, str]:
    placed, others = by_field(refused.errors)
    if refused.code.startswith("document") or "/receipt" in refused.errors:
        placed["document"] = refused.errors.get("/receipt") or refused.detail
        return placed
    for name in ("result", "remark"):
        if f"/{name}" in refused.errors:
            placed[name] = refused.errors[f"/{name}"]
            others = [text for text in others if text != placed[name]]
    if others or not placed:
        placed[""] = "; ".join(others) or refused.detail or say("Ditolak.", "Refused.")
    return placed


def _form(case: deciding.Case, errors: dict[str, str]) -> Page | str:
    page = render_template(
        "result.html", case=case, errors=errors, key=fresh_key(), limit=MAX_BYTES
    )
    return (page, UNPROCESSABLE) if errors else page
