"""A phone whose clock is wrong: the page names the cause, and learns it within safe limits."""

import time

import pyotp
import pytest
import time_machine
from sqlalchemy import select

from chassis.process.regions import in_region
from services.identity.models import Account, db
from tests.identity import demo
from tests.identity.door import Browser, Door

WHO = "bkpsdm_head"
SLOW = -75


def shown(door: Door, behind: int, at: float) -> str:
    """The code on a phone whose clock is `behind` seconds away from ours."""
    return pyotp.TOTP(door.account(WHO)["totp_secret"]).at(int(at) + behind)


def asked(door: Door) -> Browser:
    browser = door.browser()
    assert door.sign_in(browser, WHO).location == "/masuk/kode"
    browser.get("/masuk/kode")
    return browser


def account(door: Door) -> Account:
    with door.app.app_context(), in_region("demo"):
        person = demo.employee_id(door.app, door.folder, WHO)
        row = db.session.scalar(select(Account).where(Account.employee_id == person))
        assert row
        return row


def signed_in_slowly(door: Door, start: float) -> None:
    with time_machine.travel(start, tick=False) as clock:
        browser = asked(door)
        browser.post("/masuk/kode", totp=shown(door, SLOW, start))
        clock.shift(30)
        browser.post("/masuk/kode", totp=shown(door, SLOW, start + 30))


@pytest.fixture
def start() -> float:
    return time.time() // 30 * 30 + 20


@pytest.mark.parametrize(
    ("behind", "told"), [(SLOW, "terlambat sekitar"), (180, "lebih cepat sekitar 3 menit")]
)
def test_a_wrong_clock_is_named_with_what_to_do(door: Door, start: float, behind: int, told: str):
    with time_machine.travel(start, tick=False):
        page = asked(door).post("/masuk/kode", totp=shown(door, behind, start))

    assert page.status_code == 401
    assert told in page.text
    assert "tanggal dan waktu otomatis" in page.text


def test_two_codes_of_the_same_wrong_clock_sign_in_and_the_next_time_one_does(
    door: Door, start: float
):
    with time_machine.travel(start, tick=False) as clock:
        browser = asked(door)
        browser.post("/masuk/kode", totp=shown(door, SLOW, start))
        clock.shift(30)
        second = browser.post("/masuk/kode", totp=shown(door, SLOW, start + 30))
        clock.shift(90)
        third = asked(door).post("/masuk/kode", totp=shown(door, SLOW, start + 120))

    assert second.location == "/masuk/akun"
    assert third.location == "/masuk/akun"
    assert account(door).totp_drift in (-2, -3)


def test_a_clock_that_was_mended_is_taken_at_the_second_code(door: Door, start: float):
    signed_in_slowly(door, start)

    with time_machine.travel(start + 300, tick=False) as clock:
        browser = asked(door)
        first = browser.post("/masuk/kode", totp=shown(door, 0, start + 300))
        clock.shift(30)
        second = browser.post("/masuk/kode", totp=shown(door, 0, start + 330))

    assert "kini tepat" in first.text
    assert second.location == "/masuk/akun"
    assert account(door).totp_drift == 0


def test_a_code_of_a_wrong_clock_counts_as_a_failed_try(door: Door, start: float):
    with time_machine.travel(start, tick=False):
        browser = asked(door)
        codes = [shown(door, step * 30, start) for step in (9, 3, -4, 7, -9)]
        answers = [browser.post("/masuk/kode", totp=code).status_code for code in codes]
        right = browser.post("/masuk/kode", totp=shown(door, 0, start))

    assert answers == [401] * 5
    assert right.status_code == 401


@pytest.mark.parametrize("password", ["salah sekali", None], ids=["wrong", "right"])
def test_a_code_sent_with_the_password_tells_nothing_of_the_clock(
    door: Door, start: float, password: str | None
):
    known = door.account(WHO)
    with time_machine.travel(start, tick=False):
        browser = door.browser()
        browser.get("/masuk")
        pages = [
            browser.post(
                "/masuk",
                nip=known["nip"],
                password=password or known["password"],
                totp=code,
            )
            for code in ("000000", shown(door, SLOW, start))
        ]

    assert [page.status_code for page in pages] == [401, 401]
    assert pages[0].text == pages[1].text
    assert account(door).totp_near_counter is None


def test_a_new_authenticator_with_a_wrong_clock_is_set_up_and_told(door: Door, start: float):
    door.take_away_the_authenticator(WHO)
    with time_machine.travel(start, tick=False):
        browser = door.browser()
        door.sign_in(browser, WHO)
        sheet = door.set_up(browser, at=int(start) + SLOW)

    assert sheet.status_code == 200
    assert "terlambat sekitar" in sheet.text
    assert account(door).totp_drift in (-2, -3)
