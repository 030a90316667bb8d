"""A session that an officer does not use ends, and on a shared computer everybody's, sooner."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from chassis.process.clock import now
from chassis.process.regions import all_regions, in_region
from services.identity.domain.idling import idle_limit, is_idle
from services.identity.models import KnownDevice, SignInSession, db
from services.identity.usecases import regions
from tests.identity.door import Browser, Door, query_of

START = now()
UNSEEN = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("officer", "shared", "minutes"),
    [(False, False, None), (True, False, 15), (False, True, 5), (True, True, 5)],
)
def test_officers_and_shared_computers_have_a_limit(
    officer: bool, shared: bool, minutes: int | None
):
    limit = idle_limit(
        is_officer=officer, shared_computer=shared, officer_minutes=15, shared_minutes=5
    )

    assert limit == (None if minutes is None else timedelta(minutes=minutes))


def test_zero_minutes_are_no_limit():
    assert not idle_limit(
        is_officer=True, shared_computer=True, officer_minutes=0, shared_minutes=0
    )


@pytest.mark.parametrize(
    ("limit", "after", "over"),
    [(None, 500, False), (15, 24, False), (15, 25, True), (15, 400, True), (5, 15, True)],
)
def test_use_that_is_not_seen_here_is_allowed_for(limit: int | None, after: int, over: bool):
    minutes = None if limit is None else timedelta(minutes=limit)

    ended = is_idle(START, limit=minutes, now=START + timedelta(minutes=after), unseen=UNSEEN)

    assert ended is over


def tokens(door: Door, browser: Browser, nonce: str = "a-nonce") -> Any:
    code = query_of(door.authorize(browser, nonce=nonce).location)["code"]
    return door.redeem(code).get_json()


def end_reasons(door: Door) -> list[str | None]:
    with door.app.app_context(), all_regions():
        return list(db.session.scalars(select(SignInSession.end_reason)))


def shared(door: Door, key: str = "applicant") -> Browser:
    browser = door.browser()
    assert door.sign_in(browser, key, shared_computer="1").location == "/masuk/akun"
    return browser


def test_an_application_is_told_the_limit_with_its_tokens(door: Door):
    assert tokens(door, door.signed_in("umpeg"))["idle_timeout"] == 900
    assert tokens(door, shared(door), "second")["idle_timeout"] == 300
    assert "idle_timeout" not in tokens(door, door.signed_in("applicant"), "third")


def test_a_region_chooses_its_own(door: Door):
    with door.app.app_context(), in_region("demo"):
        regions.change(idle_minutes=30, seen=[1])

    assert tokens(door, door.signed_in("umpeg"))["idle_timeout"] == 1800


def test_an_unused_session_gives_no_tokens_and_asks_for_the_password(door: Door):
    browser = door.signed_in("umpeg")
    refresh = tokens(door, browser)["refresh_token"]

    with time_machine.travel(now() + timedelta(minutes=26)):
        refused = door.refresh(refresh)
        led = door.authorize(browser, nonce="second")

    assert refused.get_json()["error"] == "invalid_grant"
    assert led.location.startswith("/masuk?")
    assert end_reasons(door) == ["idle"]


def test_a_session_that_is_used_goes_on(door: Door):
    browser = door.signed_in("umpeg")
    refresh = tokens(door, browser)["refresh_token"]

    for minutes in (20, 40, 60):
        with time_machine.travel(START + timedelta(minutes=minutes)):
            answer = door.refresh(refresh)
            assert answer.status_code == 200, answer.text
            refresh = answer.get_json()["refresh_token"]


def test_an_application_that_saw_nobody_ends_the_session_of_the_browser(door: Door):
    browser = door.signed_in("umpeg")
    refresh = tokens(door, browser)["refresh_token"]

    door.app.test_client().post(
        "/oauth/revoke", data={"token": refresh, "client_id": "simpul-portal", "reason": "idle"}
    )

    assert browser.get("/masuk/akun").status_code == 303
    assert end_reasons(door) == ["idle"]


def test_on_a_shared_computer_nothing_outlives_the_browser_and_nobody_is_remembered(door: Door):
    browser = shared(door)

    cookies = {cookie.key: cookie for cookie in browser.client._cookies.values()}
    with door.app.app_context(), all_regions():
        devices = db.session.scalars(select(KnownDevice)).all()

    assert cookies["simpul_session"].expires is None
    assert "simpul_device" not in cookies
    assert devices == []
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert browser.get("/masuk/akun").status_code == 303


def test_the_choice_stays_ticked_when_something_does_not_fit(door: Door):
    browser = door.browser()
    browser.get("/masuk")

    page = browser.post("/masuk", nip="x", password="salah", shared_computer="1").text

    assert 'name="shared_computer" value="1" checked' in page
