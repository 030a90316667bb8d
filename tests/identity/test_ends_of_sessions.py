"""Whatever ends a session is told to every service, with why it ended kept for its owner only."""

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, update

from chassis.events.envelope import Event
from chassis.kernel.languages import LANGUAGES
from chassis.process import runtime as runtimes
from chassis.process.clock import now
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.domain.ending import EndReason
from services.identity.manifest import MANIFEST
from services.identity.models import SignInSession, TokenFamily, db
from services.identity.usecases import passwords, sessions
from tests.identity import demo
from tests.identity.door import Browser, Door, query_of


class Signed:
    """An employee's browser, and the tokens an application got through it."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.browser: Browser = door.signed_in("applicant")
        self.code = query_of(door.authorize(self.browser).location)["code"]
        self.tokens: dict[str, Any] = door.redeem(self.code).get_json()
        self.id = demo.employee_id(door.app, door.folder, "applicant")

    def told(self) -> list[Event]:
        with self.door.app.app_context():
            outbox = runtimes.of(self.door.app).db.plumbing.outbox
            rows = db.session.execute(outbox.select().where(outbox.c.type == "session.ended.v1"))
            return [Event.from_json(row.body) for row in rows]

    def reasons(self) -> set[str | None]:
        """Why the tokens ended, and the browser's session if it did."""
        with self.door.app.app_context(), in_region("demo"):
            families = select(TokenFamily.end_reason).where(TokenFamily.employee_id == self.id)
            browsers = select(SignInSession.end_reason).where(
                SignInSession.employee_id == self.id, SignInSession.ended_at.is_not(None)
            )
            return {*db.session.scalars(families), *db.session.scalars(browsers)}

    def within(self, act: Callable[[], None]) -> None:
        with self.door.app.app_context(), in_region("demo"):
            act()


def signs_out(signed: Signed) -> None:
    signed.browser.get("/masuk/akun")
    signed.browser.post("/masuk/keluar")


def revokes_the_token(signed: Signed) -> None:
    token = signed.tokens["refresh_token"]
    client = signed.door.app.test_client()
    client.post("/oauth/revoke", data={"client_id": "simpul-portal", "token": token})


def signs_in_again_in_the_same_browser(signed: Signed) -> None:
    signed.browser.get("/masuk?ulang=1")
    account = signed.door.account("umpeg")
    signed.browser.post("/masuk", nip=account["nip"], password=account["password"])


def redeems_the_code_again(signed: Signed) -> None:
    signed.door.redeem(signed.code)


def comes_with_a_used_token(signed: Signed) -> None:
    first = signed.tokens["refresh_token"]
    signed.door.refresh(signed.door.refresh(first).get_json()["refresh_token"])
    signed.door.refresh(first)


def changes_the_password(signed: Signed) -> None:
    old = signed.door.account("applicant")["password"]
    new = "ikan-biru-melompat-jauh-sekali"
    signed.browser.get("/masuk/akun")
    changed = {"new_password": new, "new_password_again": new}
    signed.browser.post("/masuk/kata-sandi", old_password=old, **changed)


def comes_back_by_a_recovery(signed: Signed) -> None:
    def act() -> None:
        with db.transaction():
            passwords.store(queries.employee(signed.id), "a hash", why=EndReason.RECOVERY)

    signed.within(act)


def is_ended_by_an_administrator(signed: Signed) -> None:
    sysadmin = demo.employee_id(signed.door.app, signed.door.folder, "sysadmin")
    signed.within(lambda: sessions.end_sessions(signed.id, by=sysadmin))


def is_idle(signed: Signed) -> None:
    def act() -> None:
        row = db.session.scalars(
            select(SignInSession).where(SignInSession.employee_id == signed.id)
        ).one()
        sessions.end(row.id, why=EndReason.IDLE)

    signed.within(act)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (signs_out, EndReason.SIGNED_OUT),
        (signs_in_again_in_the_same_browser, EndReason.SIGNED_IN_AGAIN),
        (revokes_the_token, EndReason.SIGNED_OUT),
        (redeems_the_code_again, EndReason.TOKEN_REUSED),
        (comes_with_a_used_token, EndReason.TOKEN_REUSED),
        (changes_the_password, EndReason.PASSWORD_CHANGED),
        (comes_back_by_a_recovery, EndReason.RECOVERY),
        (is_ended_by_an_administrator, EndReason.ADMINISTRATOR),
        (is_idle, EndReason.IDLE),
    ],
)
def test_whatever_ends_a_session_is_told_once_and_its_tokens_end_here_at_once(
    door: Door, happens: Callable[[Signed], None], why: EndReason
):
    signed = Signed(door)
    assert door.me(signed.tokens["access_token"]).status_code == 200

    happens(signed)

    answer = door.me(signed.tokens["access_token"])
    assert (answer.status_code, answer.get_json()["code"]) == (401, "session_revoked")
    (event,) = signed.told()
    assert event.region == "demo"
    assert event.data.keys() == {"id", "employee_id", "ended_at"}
    assert UUID(event.data["employee_id"]) == signed.id
    assert signed.reasons() == {why}


@pytest.mark.parametrize("happens", [signs_out, changes_the_password, redeems_the_code_again])
def test_whoever_holds_a_refresh_token_learns_why_its_session_ended_and_nobody_else_does(
    door: Door, happens: Callable[[Signed], None]
):
    signed = Signed(door)
    happens(signed)
    (why,) = signed.reasons()

    told = door.refresh(signed.tokens["refresh_token"])
    invented = door.refresh("invented")
    of_another = door.refresh(signed.tokens["refresh_token"], client_id="another")

    assert (told.status_code, told.get_json()["error"]) == (400, "invalid_grant")
    assert told.get_json()["end_reason"] == why
    assert told.get_json()["end_reason_label"] == MANIFEST.texts.label("end_reason", str(why), "id")
    assert "end_reason" not in {*invented.get_json(), *of_another.get_json()}


def test_a_sign_in_that_fails_ends_no_session(door: Door):
    signed = Signed(door)
    signed.browser.get("/masuk?ulang=1")
    signed.browser.post("/masuk", nip=door.account("umpeg")["nip"], password="bukan kata sandinya")

    assert door.me(signed.tokens["access_token"]).status_code == 200


def test_eight_hours_that_are_over_are_a_reason_too(door: Door):
    signed = Signed(door)
    with time_machine.travel(now() + timedelta(hours=9)):
        expired = door.refresh(signed.tokens["refresh_token"]).get_json()

    assert expired["end_reason"] == EndReason.EXPIRED


def test_an_end_is_told_of_living_sessions_only_and_keeps_its_first_reason(door: Door):
    signed = Signed(door)
    signs_out(signed)

    is_ended_by_an_administrator(signed)

    assert len(signed.told()) == 1
    assert signed.reasons() == {EndReason.SIGNED_OUT}


def test_the_browser_that_changed_its_password_goes_on_with_new_tokens(door: Door):
    signed = Signed(door)
    changes_the_password(signed)

    location = door.authorize(signed.browser, nonce="another").location
    again = door.redeem(query_of(location)["code"]).get_json()

    assert door.me(again["access_token"]).status_code == 200
    with door.app.app_context(), in_region("demo"):
        assert queries.employee(signed.id).sessions_revoked_at is not None


class TestWhyItEnded:
    """Said once, by the page where one signs in again, to the session's own browser."""

    def ended(self, door: Door, why: str | None) -> Signed:
        signed = Signed(door)

        def act() -> None:
            with db.transaction() as session:
                session.execute(
                    update(SignInSession)
                    .where(SignInSession.employee_id == signed.id)
                    .values(ended_at=now(), end_reason=why)
                )

        signed.within(act)
        return signed

    def page(self, door: Door, browser: Browser) -> str:
        """Where an application leads whose person has to sign in."""
        return str(html.unescape(browser.get(door.authorize(browser, nonce=None).location).text))

    @pytest.mark.parametrize("why", [*EndReason, None, "of_a_later_release"])
    def test_each_reason_is_said_once_and_to_nobody_else(self, door: Door, why: str | None):
        sentence = MANIFEST.texts.label("end_reason", EndReason(why or "unknown"), "id")
        signed = self.ended(door, why)

        first, again = (self.page(door, signed.browser) for _ in range(2))

        assert sentence in first
        assert sentence not in again
        assert sentence not in self.page(door, door.browser())

    def test_a_session_that_is_over_after_its_hours_says_so(self, door: Door):
        signed = Signed(door)

        with time_machine.travel(now() + timedelta(hours=9)):
            shown = self.page(door, signed.browser)

        assert MANIFEST.texts.label("end_reason", "expired", "id") in shown

    def test_who_signed_out_here_is_told_nothing(self, door: Door):
        signed = Signed(door)
        signs_out(signed)

        assert 'role="status"' not in self.page(door, signed.browser)

    def test_no_sentence_is_used_for_two_reasons(self):
        for language in LANGUAGES:
            said = {MANIFEST.texts.label("end_reason", why, language) for why in EndReason}
            assert len(said) == len(EndReason)
