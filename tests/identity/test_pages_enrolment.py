"""Setting up a second factor: every officer is asked, on any phone, and nobody gets stuck."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
import time_machine

from chassis.kernel.roles import Role
from chassis.process.clock import now
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.adapters.machinery import machinery
from services.identity.models import Delegation, db
from services.identity.seeds.demo_people import PEOPLE
from services.identity.usecases import regions, roles
from tests.identity import demo
from tests.identity.door import ENROLMENT, Browser, Door, query_of, secret_on

OFFICERS = {role: person.key for person in PEOPLE for role, _unit in person.roles}


def arrived(door: Door, key: str = "umpeg") -> Browser:
    """A browser at the page that asks an officer for the first time."""
    door.take_away_the_authenticator(key)
    browser = door.browser()
    assert door.sign_in(browser, key).location == ENROLMENT
    return browser


@pytest.mark.parametrize("role", sorted(OFFICERS))
def test_who_decides_or_sees_others_data_sets_up_a_second_factor_before_getting_in(
    door: Door, role: str
):
    browser = arrived(door, OFFICERS[role])
    assert browser.get("/masuk/akun").status_code == 303

    wrong = browser.post(ENROLMENT, totp="000000")
    sheet = door.set_up(browser)

    assert wrong.status_code == 422
    assert sheet.text.count("<li>") == 10
    assert browser.get("/masuk/akun").status_code == 200


def test_who_has_no_role_gets_in_with_the_password_alone(door: Door):
    assert door.sign_in(door.browser(), "applicant").location == "/masuk/akun"


def test_the_secret_is_taken_by_a_tap_a_picture_or_by_hand(door: Door):
    page = arrived(door).get(ENROLMENT)
    secret = secret_on(page)

    assert 'href="otpauth://totp/' in page.text
    assert f"secret={secret}" in page.text
    assert "<svg" in page.text
    assert " ".join(secret[place : place + 4] for place in range(0, 32, 4)) in page.text
    assert 'data-copy="secret"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_who_closes_the_page_goes_on_with_the_same_secret(door: Door):
    before = secret_on(arrived(door).get(ENROLMENT))

    browser = door.browser()
    door.sign_in(browser, "umpeg")

    assert secret_on(browser.get(ENROLMENT)) == before
    assert door.set_up(browser).status_code == 200


def test_there_is_time_to_install_an_application_first(door: Door):
    browser = arrived(door)

    with time_machine.travel(now() + timedelta(minutes=25)):
        assert door.set_up(browser).status_code == 200


def test_a_wrong_code_speaks_of_the_clock_of_the_phone(door: Door):
    browser = arrived(door)
    secret = secret_on(browser.get(ENROLMENT))

    hours_off = browser.post(ENROLMENT, totp=pyotp.TOTP(secret).at(now() - timedelta(hours=1)))

    assert hours_off.status_code == 422
    assert "jam ponsel" in hours_off.text
    assert secret_on(hours_off) == secret


def test_an_open_browser_is_not_enough_to_set_up_a_telephone(door: Door):
    browser = door.signed_in("applicant")

    passing_by = door.set_up(browser)
    guessing = door.set_up(browser, password="bukan-sandi-yang-benar")

    assert passing_by.status_code == guessing.status_code == 422
    assert "Kata sandi Anda tidak cocok." in guessing.text
    assert door.sign_in(door.browser(), "applicant").location == "/masuk/akun"
    assert door.set_up(browser, password=door.account("applicant")["password"]).status_code == 200


def begin_a_role(door: Door) -> None:
    held = {"role": "umpeg", "unit_id": demo.unit_id(door.app, "disdik")}
    since = {"acting": "definitive", "starts_on": now().date(), "ends_on": None}
    who = demo.employee_id(door.app, door.folder, "applicant")
    with door.app.app_context(), in_region("demo"):
        roles.grant({"employee_id": who, **held, **since}, by=None)  # type: ignore[typeddict-item]


def stand_in(door: Door) -> None:
    with door.app.app_context(), in_region("demo"), db.transaction() as session:
        session.add(
            Delegation(
                role="opd_head",
                unit_id=demo.unit_id(door.app, "disdik"),
                from_employee_id=demo.employee_id(door.app, door.folder, "opd_head"),
                to_employee_id=demo.employee_id(door.app, door.folder, "applicant"),
                starts_on=now().date(),
                ends_on=now().date() + timedelta(days=7),
            )
        )


@pytest.mark.parametrize("begin", [begin_a_role, stand_in])
def test_who_becomes_an_officer_while_signed_in_is_asked_at_the_next_token_and_goes_on(
    door: Door, begin: Callable[[Door], None]
):
    browser = door.signed_in("applicant")
    code = query_of(door.authorize(browser).location)["code"]
    tokens = door.redeem(code).get_json()
    begin(door)

    refused = door.refresh(tokens["refresh_token"])
    led = door.authorize(browser, nonce="second")
    unasked = door.authorize(browser, nonce="second", prompt="none")
    sheet = door.set_up(browser, password=door.account("applicant")["password"])
    again = door.redeem(query_of(door.authorize(browser, nonce="second").location)["code"])

    assert refused.get_json()["error"] == "invalid_grant"
    assert led.location.startswith(f"{ENROLMENT}?next=%2Foauth%2Fauthorize%3F")
    assert query_of(unasked.location)["error"] == "interaction_required"
    assert sheet.status_code == 200
    assert again.status_code == 200
    assert door.refresh(again.get_json()["refresh_token"]).status_code == 200


def test_a_region_that_never_chose_asks_the_officers_of_a_service_that_comes_later(
    door: Door, monkeypatch: pytest.MonkeyPatch
):
    inspector = Role("inspector", {"id": "Inspektur", "en": "Inspector"})
    with door.app.app_context(), in_region("demo"):
        present = machinery()
        chosen = regions.change(totp_roles=["umpeg"], seen=[1])
        known = replace(present, roles={**present.roles, "inspector": inspector})
        monkeypatch.setitem(door.app.extensions, "identity", known)

        assert queries.totp_roles(chosen) == {"umpeg", "inspector"}
