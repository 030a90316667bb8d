"""Recovery codes: the sheet that is shown once, and making a new one."""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from chassis.http.auth import public
from chassis.kernel.errors import Refused
from chassis.process.regions import in_region
from chassis.process.runtime import here
from services.identity import queries
from services.identity.domain.totp import Reading
from services.identity.models import SignInSession
from services.identity.pages import browser
from services.identity.pages.rendering import messages_of, page, show_refusals, status_of
from services.identity.pages.texts import say
from services.identity.usecases import recovery_codes, second_factor

blp = Blueprint("recovery", __name__, url_prefix="/masuk")
show_refusals(blp)
_ACCOUNT = "/masuk/akun"


@blp.route("/kode-pemulihan", methods=["GET", "POST"])
@public
def renew() -> AnyResponse:
    row = browser.finished_session()
    if row is None:
        return redirect("/masuk?next=/masuk/kode-pemulihan", 303)
    with in_region(row.region):
        account = queries.account(row.employee_id)
        if account is None or account.totp_confirmed_at is None:
            return redirect("/masuk/pasang-autentikator", 303)
        if request.method == "POST":
            browser.check_form()
            return _renewed(row)
        return page("renew_codes")


def sheet_page(row: SignInSession, codes: list[str], go_on: str) -> Response:
    """Show codes for the only time, to copy, print and download."""
    sheet = say("codes_sheet", address=here().settings.public_url, codes="\n".join(codes))
    clock = second_factor.clock_of(row.employee_id)
    return page(
        "codes",
        scripted=True,
        codes=codes,
        sheet=sheet,
        go_on=go_on,
        clock=say("clock_learned", off=_how_far_off(clock)) if clock else None,
    )


def why_wrong(clock: Reading | None) -> str:
    """Name the cause that the person can remove, where there is one."""
    if clock is None:
        return say("totp_wrong")
    if clock.is_clock_right:
        return say("totp_clock_mended")
    return say("totp_clock_off", off=_how_far_off(clock))


def _renewed(row: SignInSession) -> Response:
    try:
        codes, answered = recovery_codes.renew(
            row.id,
            password=request.form.get("password", ""),
            code=request.form.get("totp", ""),
            address=browser.address(),
        )
    except Refused as error:
        return page("renew_codes", status=status_of(error), wrong=messages_of(error))
    if not codes:
        return page("renew_codes", status=422, wrong=[why_wrong(answered.clock)])
    return sheet_page(row, codes, _ACCOUNT)


def _how_far_off(clock: Reading) -> str:
    if clock.drift < 0:
        return say("clock_behind", minutes=clock.minutes)
    return say("clock_ahead", minutes=clock.minutes)
