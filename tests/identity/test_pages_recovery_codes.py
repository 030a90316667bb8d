"""Recovery codes are made anew from the account page, by who knows the password and has the phone."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from chassis.process.clock import now
from tests.identity.door import Browser, Door

PAGE = "/masuk/kode-pemulihan"
WHO = "sysadmin"


def codes_of(page: Any) -> list[str]:
    return re.findall(r"<li>([2-9a-z]{4}(?:-[2-9a-z]{4}){3})</li>", page.text)


def renew(door: Door, browser: Browser, *, after: int = 60, **changes: str) -> Any:
    """Fill in the page, so many seconds from now: the code that signed in is used."""
    with time_machine.travel(now() + timedelta(seconds=after), tick=False):
        browser.get(PAGE)
        typed = {"password": door.account(WHO)["password"], "totp": door.code_of(WHO)}
        return browser.post(PAGE, **typed | changes)


def recovered(door: Door, code: str) -> int:
    browser = door.browser()
    door.sign_in(browser, WHO)
    browser.get("/masuk/pemulihan")
    return int(browser.post("/masuk/pemulihan", recovery_code=code).status_code)


def test_new_codes_end_the_old_ones_and_are_kept_like_the_first(door: Door):
    browser = door.signed_in(WHO)
    old = codes_of(renew(door, browser))
    sheet = renew(door, browser, after=120)
    new = codes_of(sheet)

    assert (len(old), len(new), set(old) & set(new)) == (10, 10, set())
    assert 'data-copy="codes"' in sheet.text
    assert "data-print" in sheet.text
    assert 'download="kode-pemulihan-simpul.txt"' in sheet.text
    assert (recovered(door, old[0]), recovered(door, new[0])) == (401, 303)


def test_the_account_page_leads_to_them_and_counts_them(door: Door):
    browser = door.signed_in(WHO)
    renew(door, browser)

    page = browser.get("/masuk/akun").text

    assert f'href="{PAGE}"' in page
    assert "Kode pemulihan tersisa: 10." in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"password": "bukan itu"}, "Kata sandi Anda tidak cocok."),
        ({"totp": "000000"}, "Kode tidak cocok atau sudah dipakai."),
        ({"password": "", "totp": ""}, "Kata sandi Anda tidak cocok."),
    ],
)
def test_without_the_password_and_the_phone_the_codes_stay(
    door: Door, changes: dict[str, str], told: str
):
    browser = door.signed_in(WHO)
    old = codes_of(renew(door, browser))

    refused = renew(door, browser, after=120, **changes)

    assert refused.status_code == 422
    assert told in refused.text
    assert codes_of(refused) == []
    assert recovered(door, old[0]) == 303


def test_a_code_of_the_phone_makes_codes_once(door: Door):
    browser = door.signed_in(WHO)

    first, again = renew(door, browser), renew(door, browser)

    assert (len(codes_of(first)), codes_of(again)) == (10, [])


def test_guessing_is_slowed_down_as_at_the_sign_in(door: Door):
    browser = door.signed_in(WHO)
    browser.get(PAGE)

    answers = [
        browser.post(PAGE, password="bukan itu", totp="000000").status_code for _ in range(12)
    ]

    assert answers[0] == 422
    assert answers[-1] == 429


def test_who_is_not_signed_in_or_has_no_authenticator_is_led_on(door: Door):
    assert door.browser().get(PAGE).location == f"/masuk?next={PAGE}"
    assert door.signed_in("applicant").get(PAGE).location == "/masuk/pasang-autentikator"
