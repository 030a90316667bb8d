"""An officer's desk: what waits for my decision, the decision, and what I decided before."""

from typing import Any, cast
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.sections.desk import deciding, reading, results
from portal.shell import uploads
from portal.shell.answers import answered
from portal.shell.api_client import ApiRefused, ApiUnavailable
from portal.shell.cases import API
from portal.shell.downloads import passed_on
from portal.shell.faults import Page, stale
from portal.shell.forms import fresh_key, sent_key
from portal.shell.joining import link
from portal.shell.own_pages import own_page
from portal.shell.saying import say
from portal.shell.signed_in import api
from portal.shell.typed import hold, is_kept, where_from

UNPROCESSABLE = 422
pages = Blueprint("desk", __name__, url_prefix="/portal")


@pages.get("/tugas")
def inbox() -> str:
    names = ("stage", "layanan", "withdrawal", "q", "sort", "cursor")
    wanted = {name: request.args.get(name) for name in names}
    queues = reading.queues()
    answered(pages.name, queues)
    return render_template(
        "desk/inbox.html", queues=queues, listing=reading.inbox(wanted), wanted=wanted
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
    if refused := uploads.not_begun():
        return _result_form(case, {"document": refused.why})
    letter = results.letter_of(case, request.args.get(uploads.FIELD))
    if letter is None or letter.is_stored:
        return _result_form(case, {}, letter)
    return _result_form(case, {"document": letter.why}, letter)


@pages.post("/tugas/<uuid:proposal_id>/hasil/izin")
def permit_letter(proposal_id: UUID) -> dict[str, Any]:
    """Let the script of this page send the letter to documents."""
    case = _awaiting_result(proposal_id)
    return uploads.for_script(results.place_of(case))


@pages.post("/tugas/<uuid:proposal_id>/hasil/dokumen")
def show_letter(proposal_id: UUID) -> dict[str, Any] | tuple[dict[str, Any], int]:
    """Tell the script how the letter that it sent stands in the form."""
    case = _awaiting_result(proposal_id)
    letter = uploads.upload_of(request.form.get("upload"), results.place_of(case).slot)
    if not letter.is_stored:
        return uploads.refusal(letter), UNPROCESSABLE
    html = render_template("desk/_letter.html", letter=letter, case=case)
    return {"html": html, "again": results.page_with(case, letter)}


@pages.get("/tugas/<uuid:proposal_id>/hasil/dokumen/<uuid:upload_id>")
def see_letter(proposal_id: UUID, upload_id: UUID) -> Response:
    """Give the letter to who enters the result: once it is sent, it stays."""
    case = _awaiting_result(proposal_id)
    letter = uploads.upload_of(str(upload_id), results.place_of(case).slot)
    if not letter.is_stored:
        raise NotFound
    return passed_on(api().download(f"{uploads.API}/documents/{letter.document['id']}/content"))


@pages.post("/tugas/<uuid:proposal_id>/hasil/unggah")
def keep_and_upload(proposal_id: UUID) -> Page | str:
    """Keep what was typed while a browser without scripts sends the letter."""
    case = _awaiting_result(proposal_id)
    if hold() and not is_kept():
        return _result_form(case, {"document": say("desk.upload_before_writing")})
    return redirect(url_for("desk.choose_letter", proposal_id=proposal_id), 303)


@pages.get("/tugas/<uuid:proposal_id>/hasil/unggah")
def choose_letter(proposal_id: UUID) -> Page | str:
    case = _awaiting_result(proposal_id)
    return cast("str", uploads.page(results.place_of(case)))


@pages.post("/tugas/<uuid:proposal_id>/hasil/unggah/periksa")
def check_letter_again(proposal_id: UUID) -> Page:
    """Have documents look at a letter that arrived while it was busy."""
    case = _awaiting_result(proposal_id)
    hold()
    letter = results.letter_of(case, request.form.get(uploads.FIELD))
    if letter is not None and letter.is_unchecked:
        uploads.finish(letter)
    return redirect(results.page_with(case, letter), 303)


@pages.post("/tugas/<uuid:proposal_id>/hasil")
def save_result(proposal_id: UUID) -> Page | str:
    case = reading.load(str(proposal_id))
    letter = results.letter_of(case, request.form.get("upload"))
    if "confirmed" not in request.form:  # a page of before this release; its file is not kept
        return _result_form(case, {"": say("desk.result_not_sent")}, letter, is_open=True)
    stored = letter if letter and letter.is_stored else None
    lacks = results.without_letter(request.form)
    if stored is None and lacks:
        return _result_form(case, lacks)
    try:
        told = api().send(
            "POST",
            f"{API}/proposals/{case.id}/result",
            results.body(case, request.form, stored),
            etag=request.form.get("etag"),
            key=sent_key(),
        )
    except ApiRefused as refused:
        if refused.is_stale:
            return _overtaken(case, refused)
        return _result_form(case, results.errors(refused), stored)
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


def _awaiting_result(proposal_id: UUID) -> reading.Case:
    """Read a case whose result this person enters. Raises `NotFound`."""
    case = reading.load(str(proposal_id))
    if not case.wants_result:
        raise NotFound
    return case


def _result_form(
    case: reading.Case,
    errors: dict[str, str],
    letter: uploads.Upload | None = None,
    *,
    is_open: bool = False,
) -> Page | str:
    page = render_template(
        "desk/result.html",
        case=case,
        errors=errors,
        key=fresh_key(),
        letter=letter,
        again=results.page_with(case, letter),
        limit=results.MAX_BYTES,
        is_open=is_open,
    )
    return (page, UNPROCESSABLE) if errors else page


def _to_inbox() -> Response:
    return redirect(url_for("desk.inbox"))
