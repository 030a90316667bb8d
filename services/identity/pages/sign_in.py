"""Signing in, page by page: NIP and password, then what is owed. Works without JavaScript."""

from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from chassis.http.auth import public
from chassis.kernel.errors import Refused
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.domain import totp as totp_rules
from services.identity.domain.ending import EndReason
from services.identity.domain.sign_in import Step, safe_path
from services.identity.models import SignInSession
from services.identity.pages import browser
from services.identity.pages.qr import qr_svg
from services.identity.pages.recovery import sheet_page, why_wrong
from services.identity.pages.rendering import (
    asks_for_json,
    messages_of,
    page,
    show_refusals,
    status_of,
)
from services.identity.pages.texts import say, why_over
from services.identity.usecases import devices, passwords, second_factor, sessions, signing_in
from services.identity.usecases.second_factor import CodeWrong
from services.identity.usecases.signing_in import RegionNeeded, SignedIn

blp = Blueprint("sign_in", __name__, url_prefix="/masuk")
show_refusals(blp)
T = TypeVar("T", bound=AnyResponse)
HOME = "/masuk/akun"
_ENDED = "habis"  # a sign-in that took too long, or too many codes
_PATHS = {
    Step.TOTP: "/masuk/kode",
    Step.NEW_PASSWORD: "/masuk/kata-sandi-baru",
    Step.ENROL_TOTP: "/masuk/pasang-autentikator",
}
_ASSETS = Path(__file__).parent / "assets"


@blp.get("/masuk.css")
@public
def stylesheet() -> Response:
    return _asset("masuk.css", "text/css")


@blp.get("/kode.js")
@public
def script_of_codes() -> Response:
    return _asset("kode.js", "text/javascript")


@blp.get("/ikon.svg")
@public
def icon() -> Response:
    return _asset("ikon.svg", "image/svg+xml")


@blp.get("")
@public
def form() -> AnyResponse:
    row = browser.current_session()
    wants_fresh = "ulang" in request.args
    if row is not None and row.done and not wants_fresh:
        return redirect(_next(), 303)
    good = say("link_used") if "sandi" in request.args else None
    good = say("recovered") if "pulih" in request.args else good
    wrong = [say("sign_in_ended")] if _ENDED in request.args else None
    over = browser.why_over()
    told = good or (why_over(over) if over and not wrong else None)
    response = page("sign_in", next_path=_next(default=""), good=told, wrong=wrong)
    if over:
        browser.forget_session(response)  # said once: the next person here need not know
    return response


@blp.post("")
@public
def sign_in() -> AnyResponse:
    nip = request.form.get("nip", "")
    row = browser.current_session()
    before = (row.region, row.id) if row is not None else None
    try:
        browser.check_form()
        signed = signing_in.sign_in(
            nip=nip,
            password=request.form.get("password", ""),
            totp=request.form.get("totp"),
            region=request.form.get("region"),
            address=browser.address(),
            device=browser.device(),
            shared_computer="shared_computer" in request.form,
        )
    except Refused as error:
        if asks_for_json():
            raise
        regions = error.regions if isinstance(error, RegionNeeded) else ()
        return page(
            "sign_in",
            status=status_of(error),
            next_path=_next(default=""),
            wrong=messages_of(error),
            nip=nip[:60],
            shared_computer="shared_computer" in request.form,
            regions=regions,
        )
    if before is not None:
        _end_before(*before)
    return _go_on(signed)


@blp.route("/kode", methods=["GET", "POST"])
@public
def totp() -> AnyResponse:
    return _second_factor(is_recovery=False)


@blp.route("/pemulihan", methods=["GET", "POST"])
@public
def recovery() -> AnyResponse:
    return _second_factor(is_recovery=True)


@blp.route("/kata-sandi-baru", methods=["GET", "POST"])
@public
def new_password() -> AnyResponse:
    row = browser.current_session()
    if row is None:
        return _start_again()
    with in_region(row.region):
        if signing_in.owed(row.id) is not Step.NEW_PASSWORD:
            return redirect(_path_of(signing_in.owed(row.id)), 303)
        wrong = None
        if request.method == "POST":
            browser.check_form()
            wrong = _set_owed_password(row)
            if wrong is None:
                return _go_on(signing_in.advance(row.id))
        return page(
            "new_password",
            status=422 if wrong else 200,
            next_path=_next(default=""),
            intro=say("password_owed"),
            wrong=wrong,
        )


@blp.route("/pasang-autentikator", methods=["GET", "POST"])
@public
def enrol() -> AnyResponse:
    row = browser.current_session()
    if row is None:
        return _start_again()
    with in_region(row.region):
        step = signing_in.owed(row.id)
        account = queries.account(row.employee_id)
        enrolled = account is not None and account.totp_confirmed_at is not None
        if step not in (Step.ENROL_TOTP, Step.DONE) or enrolled:
            return redirect(_path_of(step), 303)
        if request.method == "POST":
            browser.check_form()
            return _confirm_enrolment(row)
        return _enrolment_page(row)


def second_factor_path(row: SignInSession, *, next_path: str) -> str:
    """Return the page that asks a session for the second factor it lacks."""
    with in_region(row.region):
        return f"{_PATHS[signing_in.owed(row.id)]}?{urlencode({'next': next_path})}"


def _end_before(region: str, session_id: UUID) -> None:
    """Leave no session behind whose secret the browser now forgets."""
    with in_region(region):
        sessions.end(session_id, why=EndReason.SIGNED_IN_AGAIN)


def _asset(name: str, mimetype: str) -> Response:
    response = Response((_ASSETS / name).read_bytes(), mimetype=mimetype)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _second_factor(*, is_recovery: bool) -> AnyResponse:
    row = browser.current_session()
    if row is None:
        return _start_again()
    with in_region(row.region):
        step = signing_in.owed(row.id)
        if step is not Step.TOTP:
            return redirect(_path_of(step), 303)
        wrong = None
        if request.method == "POST":
            browser.check_form()
            typed = request.form.get("recovery_code" if is_recovery else "totp", "")
            answered = second_factor.answer(
                row.id, typed, address=browser.address(), is_recovery=is_recovery
            )
            if answered.accepted:
                return _go_on(signing_in.advance(row.id))
            wrong = [say("recovery_wrong") if is_recovery else why_wrong(answered.clock)]
        return page(
            "code",
            status=401 if wrong else 200,
            next_path=_next(default=""),
            wrong=wrong,
            is_recovery=is_recovery,
            recovery_path=_with_next("/masuk/pemulihan"),
        )


def _set_owed_password(row: SignInSession) -> list[str] | None:
    if request.form.get("new_password") != request.form.get("new_password_again"):
        return [say("passwords_differ")]
    try:
        passwords.change_owed(row.id, request.form.get("new_password", ""))
    except Refused as error:
        return messages_of(error)
    return None


def _enrolment_page(row: SignInSession, wrong: list[str] | None = None) -> Response:
    issuer = f"Simpul {queries.region().name}"
    secret, uri = second_factor.begun(row.employee_id, issuer=issuer)
    return page(
        "enrol",
        status=422 if wrong else 200,
        next_path=_next(default=""),
        scripted=True,
        secret=secret,
        groups=totp_rules.groups(secret),
        uri=uri,
        qr=qr_svg(uri),
        asks_password=row.done,
        wrong=wrong,
    )


def _confirm_enrolment(row: SignInSession) -> AnyResponse:
    try:
        codes = second_factor.enrol_in_session(
            row.id,
            request.form.get("totp", ""),
            password=request.form.get("password", ""),
            address=browser.address(),
        )
    except CodeWrong:
        return _enrolment_page(row, [say("enrol_wrong")])
    except Refused as error:
        return _enrolment_page(row, messages_of(error))
    signed = signing_in.advance(row.id)
    return _kept(sheet_page(row, codes, _path_of(signed.step)), signed)


def _go_on(signed: SignedIn) -> AnyResponse:
    return _kept(redirect(_path_of(signed.step), 303), signed)


def _kept(response: T, signed: SignedIn) -> T:
    """Let the browser keep its session and, once that is finished, what it is known by."""
    browser.keep_session(response, signed.token, shared_computer=signed.shared_computer)
    if signed.step is Step.DONE:
        browser.keep_device(response, devices.arrive(signed.session_id, browser.device()))
    return response


def _path_of(step: Step) -> str:
    return _next() if step is Step.DONE else _with_next(_PATHS[step])


def _start_again() -> AnyResponse:
    return redirect(_with_next("/masuk", **{_ENDED: "1"}), 303)


def _with_next(path: str, **query: str) -> str:
    if next_path := _next(default=""):
        query["next"] = next_path
    return f"{path}?{urlencode(query)}" if query else path


def _next(default: str = HOME) -> str:
    return safe_path(request.values.get("next"), default=default)
