"""What strangers use up on the page for a forgotten password is not the owner's."""

import pyotp
import pytest

from chassis.process.clock import now
from tests.identity.door import Browser, Door

WHO, HOME, ELSEWHERE = "bkpsdm_head", "127.0.0.1", "203.0.113.7"


def _try(door: Door, browser: Browser, address: str, code: str = "", who: str = WHO) -> int:
    nip = door.account(who)["nip"]
    browser.get("/masuk/lupa")
    fields = {"nip": nip, "own_code": code, "resets": "password"}
    return browser.post_from(address, "/masuk/lupa", **fields).status_code


def _new(door: Door) -> Browser:
    return Browser(door.app.test_client())


def _code(door: Door) -> str:
    """Return the next code: the present one was used to sign in."""
    return pyotp.TOTP(door.account(WHO)["totp_secret"]).at(now(), counter_offset=1)


def _guess(door: Door, browser: Browser, address: str) -> list[int]:
    return [_try(door, browser, address, f"{number:06}") for number in range(5)]


@pytest.mark.parametrize("place", ["own browser", "address of the owner"])
def test_a_right_own_code_passes_where_the_owner_signs_in_while_strangers_are_held(
    door: Door, place: str
):
    own = door.signed_in(WHO)
    assert _guess(door, _new(door), "198.51.100.9") == [401] * 5
    assert _try(door, _new(door), ELSEWHERE, "000009") == 429

    browser, address = (own, ELSEWHERE) if place == "own browser" else (_new(door), HOME)

    assert _try(door, browser, address, _code(door)) == 303


@pytest.mark.parametrize("place", ["own browser", "address of the owner"])
def test_six_digits_are_tried_five_times_a_day_from_there_as_well(door: Door, place: str):
    own = door.signed_in(WHO)
    browser, address = (own, ELSEWHERE) if place == "own browser" else (_new(door), HOME)

    assert _guess(door, browser, address) == [401] * 5
    assert _try(door, browser, address, _code(door)) == 429


def test_whoever_uses_up_an_office_leaves_those_with_own_browsers_the_page(door: Door):
    own = door.signed_in(WHO)
    stranger = _new(door)
    for number in range(30):
        stranger.get("/masuk/lupa")
        fields = {"nip": f"199001012015011{100 + number}", "own_code": "", "resets": "password"}
        stranger.post_from(HOME, "/masuk/lupa", **fields)

    assert _try(door, _new(door), HOME) == 429
    assert _try(door, own, HOME, _code(door)) == 303


def test_an_own_browser_is_nobody_elses(door: Door):
    other = door.signed_in("applicant")
    _guess(door, _new(door), "198.51.100.9")

    assert _try(door, other, ELSEWHERE, _code(door)) == 429
