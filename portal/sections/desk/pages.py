"""An officer's desk: what waits for my decision, the decision, and what I decided before."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.sections.desk import deciding, reading, results
from portal.shell.api_client import ApiRefused, ApiUnavailable
from portal.shell.cases import API
from portal.shell.faults import Page, stale
from portal.shell.forms import fresh_key, sent_key
from portal.shell.joining import link
from portal.shell.own_pages import own_page
from portal.shell.saying import say
from portal.shell.signed_in import api
from portal.shell.typed import hold, where_from

UNPROCESSABLE = 422
pages = Blueprint("desk", __name__, url_prefix="/portal")


@pages.get("/tugas")
def inbox() -> str:
    names = ("stage", "layanan", "withdrawal", "q", "sort", "cursor")
    wanted = {name: request.args.get(name) for name in names}
    return render_template(
        "desk/inbox.html", queues=reading.queues(), listing=reading.inbox(wanted), wanted=wanted
    )


@pages.get("/keputusan")
def decided() -> str:
    wanted = {name: request.args.get(name) for name in ("q", "sort", "cursor")}
    return render_template("desk/decided.html", listing=reading.decided(wanted), wanted=wanted)


@pages.get("/tugas/<uuid:proposal_id>")
def look(proposal_id: UUID) -> Page | str:
    case = reading.load(str(proposal_id))
    if case.wants_result:
        return redirect(url_for("desk.enter_result", proposal_id=proposal_id))
    return _form(case, deciding.Choice())


@pages.post("/tugas/<uuid:proposal_id>")
def decide(proposal_id: UUID) -> Page | str:
    case = reading.load(str(proposal_id))
    choice = deciding.chosen(request.form, case)
    if "confirmed" in request.form and choice.is_complete:
        return _sent(case, choice)
    if case.etag != request.form.get("etag"):
        return stale(told=deciding.what_changed(case))
    return _form(case, choice, deciding.missing(choice, case), is_open=True)


@pages.get("/tugas/<uuid:proposal_id>/tutup")
def consider_closing(proposal_id: UUID) -> Page | str:
    case = reading.load(str(proposal_id))
    if not case.may("close"):
        return redirect(own_page(link("proposal", proposal_id)))
    return _closing_form(case, deciding.Closing())


@pages.post("/tugas/<uuid:proposal_id>/tutup")
def close(proposal_id: UUID) -> Page | str:
    case, typed = reading.load(str(proposal_id)), deciding.closing(request.form)
    try:
        told = deciding.send_ending(case, "close", {"reason": typed.reason, "note": typed.note})
    except ApiRefused as refused:
        # What was written stays, also where somebody else was faster.
        if not case.may("close"):
            raise
        return _closing_form(case, typed, deciding.errors_of(refused))
    flash(say("desk.proposal_closed", number=told["number"]), "success")
    return _to_inbox()


@pages.post("/tugas/<uuid:proposal_id>/pembatalan")
def answer_withdrawal(proposal_id: UUID) -> Response:
    case, answer = reading.load(str(proposal_id)), request.form.get("answer", "")
    note = request.form.get("withdrawal_note") or request.form.get("note", "")  # a page of before
    body = {"answer": answer, "note": note.strip()}
    try:
        told = deciding.send_ending(case, "withdrawal-answer", body)
    except ApiRefused as error:
        if error.status != UNPROCESSABLE:
            raise
        hold()
        flash("; ".join(error.errors.values()) or error.detail, "failure")
        return redirect(where_from())
    number = told["number"]
    confirmed = say("desk.withdrawal_confirmed", number=number)
    refused = say("desk.withdrawal_refused", number=number)
    flash(confirmed if answer == "confirm" else refused, "success")
    return _to_inbox()


@pages.get("/tugas/<uuid:proposal_id>/hasil")
def enter_result(proposal_id: UUID) -> Page | str:
    case = reading.load(str(proposal_id))
    if not case.wants_result:
        return redirect(own_page(link("proposal", proposal_id)))
    return _result_form(case, {})


@pages.post("/tugas/<uuid:proposal_id>/hasil")
def save_result(proposal_id: UUID) -> Page | str:
    case = reading.load(str(proposal_id))
    if "confirmed" not in request.form:  # a page of before this release; its file is not kept
        return _result_form(case, {"": say("desk.result_not_sent")}, is_open=True)
    try:
        told = api().send(
            "POST",
            f"{API}/proposals/{case.id}/result",
            results.body(case, request.form),
            etag=request.form.get("etag"),
            key=sent_key(),
        )
    except ApiRefused as refused:
        if refused.is_stale:
            return _overtaken(case, refused)
        return _result_form(case, results.errors(refused))
    told_result = told.data["result_label"]
    flash(say("desk.result_saved", number=told.data["number"], result=told_result), "success")
    return _to_inbox()


def _sent(case: reading.Case, choice: deciding.Choice) -> Page | str:
    """Whether it may still be decided is for the API to say: the same click may come twice."""
    try:
        told = api().send(
            "POST",
            f"{API}/proposals/{case.id}/decisions",
            choice.body(),
            etag=request.form.get("etag"),
            key=sent_key(),
        )
    except ApiRefused as refused:
        if refused.is_stale:
            return _overtaken(case, refused)
        if refused.status != UNPROCESSABLE:
            raise
        return _form(case, choice, deciding.errors_of(refused))
    flash(deciding.what_became(choice, told.data), "success")
    return _to_inbox()


def _overtaken(case: reading.Case, refused: ApiRefused) -> Page:
    """Somebody was faster: say who did what, as far as it may be seen."""
    try:
        told = deciding.what_changed(reading.load(case.id))
    except (ApiRefused, ApiUnavailable):
        told = ""
    return stale(refused, told=told)


def _form(
    case: reading.Case,
    choice: deciding.Choice,
    errors: dict[str, str] | None = None,
    *,
    is_open: bool = False,
) -> Page | str:
    page = render_template(
        "desk/decide.html",
        case=case,
        choice=choice,
        errors=errors or {},
        key=fresh_key(),
        is_open=is_open and not errors,
    )
    return (page, UNPROCESSABLE) if errors else page


def _closing_form(
    case: reading.Case, typed: deciding.Closing, errors: dict[str, str] | None = None
) -> Page | str:
    page = render_template(
        "desk/close.html", case=case, typed=typed, errors=errors or {}, key=fresh_key()
    )
    return (page, UNPROCESSABLE) if errors else page


def _result_form(
    case: reading.Case, errors: dict[str, str], *, is_open: bool = False
) -> Page | str:
    page = render_template(
        "desk/result.html",
        case=case,
        errors=errors,
        key=fresh_key(),
        limit=results.MAX_BYTES,
        is_open=is_open,
    )
    return (page, UNPROCESSABLE) if errors else page


def _to_inbox() -> Response:
    return redirect(url_for("desk.inbox"))
