"""An officer's desk: what waits for my decision, the decision, and what I decided before."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal import deciding
from portal.api_client import ApiRefused
from portal.faults import Page
from portal.forms import by_field, fresh_key, sent_key
from portal.signed_in import api
from portal.words import DECISIONS, label

API = "/api/proposal/v1"
PAGE_SIZE = "10"
UNPROCESSABLE = 422
STALE = 412
pages = Blueprint("desk", __name__, url_prefix="/portal")


@pages.get("/tugas")
def inbox() -> str:
    wanted = {name: request.args.get(name) for name in ("stage", "layanan", "q", "cursor")}
    return render_template(
        "desk.html",
        counts=api().get(f"{API}/inbox/counts"),
        listing=api().get(f"{API}/inbox", limit=PAGE_SIZE, **wanted),
        wanted=wanted,
    )


@pages.get("/keputusan")
def decided() -> str:
    wanted = {name: request.args.get(name) for name in ("q", "cursor")}
    listing = api().get(f"{API}/decided", limit=PAGE_SIZE, **wanted)
    return render_template("decided.html", listing=listing, wanted=wanted)


@pages.get("/tugas/<uuid:proposal_id>")
def look(proposal_id: Any) -> Page | str:
    case = deciding.load(str(proposal_id))
    if case.wants_result:
        return redirect(url_for("results.enter", proposal_id=proposal_id))
    return _form(case, deciding.Choice())


@pages.post("/tugas/<uuid:proposal_id>")
def decide(proposal_id: Any) -> Page | str:
    case = deciding.load(str(proposal_id))
    choice = deciding.chosen(request.form)
    if "confirmed" in request.form and choice.is_complete:
        return _sent(case, choice)
    if case.etag != request.form.get("etag"):
        return render_template("stale.html", error=None, again=request.path), STALE
    missing = deciding.missing(choice, case)
    if missing or "change" in request.form:
        return _form(case, choice, missing)
    return render_template(
        "confirm_decision.html", case=case, choice=choice, etag=case.etag, key=fresh_key()
    )


def _sent(case: deciding.Case, choice: deciding.Choice) -> Page | str:
    """Whether it may still be decided is for the API to say: the same click may come twice."""
    try:
        api().send(
            "POST",
            f"{API}/proposals/{case.id}/decisions",
            choice.body(),
            etag=request.form.get("etag"),
            key=sent_key(),
        )
    except ApiRefused as refused:
        if refused.status != UNPROCESSABLE:
            raise
        _, others = by_field(refused.errors)
        return _form(case, choice, {"": "; ".join(others) or refused.detail})
    number = case.proposal.get("number") or ""
    flash(f"{number}: {label(DECISIONS, choice.decision)}.", "success")
    return _to_inbox()


def _form(
    case: deciding.Case, choice: deciding.Choice, errors: dict[str, str] | None = None
) -> Page | str:
    page = render_template("decide.html", case=case, choice=choice, errors=errors or {})
    return (page, UNPROCESSABLE) if errors else page


def _to_inbox() -> Response:
    return redirect(url_for("desk.inbox"))
