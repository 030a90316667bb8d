"""Pages on which an account comes back to its owner: what a link or a letter opens."""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from chassis.http.auth import public
from chassis.kernel.errors import Refused
from chassis.process.regions import in_region
from services.identity.domain.recovering import Resets
from services.identity.models import AccountRecovery
from services.identity.pages import browser
from services.identity.pages.rendering import (
    asks_for_json,
    messages_of,
    page,
    show_refusals,
    status_of,
)
from services.identity.pages.texts import say
from services.identity.usecases import forgotten, handing_over, recoveries, stopping
from services.identity.usecases.passwords import LinkDead

blp = Blueprint("recovering", __name__, url_prefix="/masuk")
show_refusals(blp)


@blp.route("/lupa", methods=["GET", "POST"])
@public
def forgot() -> AnyResponse:
    """Ask for one's account back: at once with an own code, else by Umpeg."""
    if request.method == "GET":
        return page("forgot", sent="terkirim" in request.args)
    nip, code = request.form.get("nip", ""), request.form.get("own_code", "").strip()
    try:
        browser.check_form()
        return redirect(_asked(nip, code), 303)
    except Refused as error:
        if asks_for_json():
            raise
        return page("forgot", status=status_of(error), nip=nip[:60], wrong=messages_of(error))


def _asked(nip: str, code: str) -> str:
    """Return where it goes on. A code that was typed is the way, else hands are asked for."""
    address, device = browser.address(), browser.device()
    if code:
        return forgotten.by_own_factor(nip=nip, code=code, address=address, device=device)
    chosen = request.form.get("resets")
    resets = Resets.SECOND_FACTOR if chosen == Resets.SECOND_FACTOR else Resets.PASSWORD
    forgotten.ask(nip=nip, resets=resets, address=address, device=device)
    return "/masuk/lupa?terkirim=1"


@blp.route("/pulih/<token>", methods=["GET", "POST"])
@public
def bring_back(token: str) -> AnyResponse:
    row = handing_over.find(token)
    wrong = None
    if request.method == "POST":
        browser.check_form()
        wrong = _used(row, token)
        if wrong is None:
            return redirect("/masuk?pulih=1", 303)
    return _page(row, wrong)


@blp.route("/hentikan/<token>", methods=["GET", "POST"])
@public
def stop(token: str) -> AnyResponse:
    """Stop a recovery by the link of the message that told of it."""
    if request.method == "POST":
        browser.check_form()
        stopping.stop_by_link(token)
        return page("stop_recovery", done=True)
    recoveries.find_to_stop(token)
    return page("stop_recovery", done=False)


@blp.post("/hentikan")
@public
def stop_own() -> AnyResponse:
    """Stop the recoveries of one's own account from a session."""
    browser.check_form()
    row = browser.finished_session()
    if row is None:
        return redirect("/masuk?next=/masuk/akun", 303)
    with in_region(row.region):
        for asked in recoveries.own(row.employee_id):
            stopping.stop(asked.id, by=row.employee_id)
    return page("stop_recovery", done=True)


def _used(row: AccountRecovery, token: str) -> list[str] | None:
    code = request.form.get("letter_code", "")
    try:
        if row.resets == Resets.SECOND_FACTOR:
            password = request.form.get("password", "")
            handing_over.take_factor_away(token, password, code=code)
            return None
        if request.form.get("new_password") != request.form.get("new_password_again"):
            return [say("passwords_differ")]
        new_password = request.form.get("new_password", "")
        handing_over.set_password(token, new_password, code=code)
    except LinkDead:
        raise
    except Refused as error:
        return messages_of(error)
    return None


def _page(row: AccountRecovery, wrong: list[str] | None) -> Response:
    return page(
        "bring_back",
        status=422 if wrong else 200,
        factor=row.resets == Resets.SECOND_FACTOR,
        by_letter=row.by_letter,
        wrong=wrong,
    )
