"""An NIP that two regions know is two accounts: what happens to one says nothing of the other."""

from datetime import date

import pytest
from sqlalchemy import select

from chassis.process.regions import all_regions, in_region
from services.identity.adapters.machinery import machinery
from services.identity.models import Account, Employee, Region, SignInSession, Unit, db
from tests.identity.door import Browser, Door

WHO = "applicant"
OF_THE_OTHER = "gajah kecil tidur siang"
NEW = "burung malam di pohon jati"
HELD = "Terlalu banyak percobaan"


@pytest.fixture
def twins(door: Door) -> Door:
    """A region whose administrator registered the NIP of somebody elsewhere."""
    with door.app.app_context(), in_region("kota"), db.transaction() as session:
        session.add(Region(code="kota", name="Kota Lain", zone="Asia/Jakarta"))
        unit = Unit(code="bkpsdm", name="BKPSDM", kind="opd")
        session.add(unit)
        session.flush()
        person = Employee(
            nip=door.account(WHO)["nip"],
            name="Orang Lain",
            kind="pns",
            birth_date=date(1990, 1, 1),
            sex="male",
            unit_id=unit.id,
            opd_id=unit.id,
        )
        session.add(person)
        session.flush()
        password_hash = machinery().hasher.hash(OF_THE_OTHER)
        session.add(Account(employee_id=person.id, password_hash=password_hash))
    return door


def enter(
    door: Door, browser: Browser, password: str, address: str = "127.0.0.1", **more: str
) -> int:
    typed = {"nip": door.account(WHO)["nip"], "password": password, **more}
    browser.get("/masuk")
    return browser.post_from(address, "/masuk", **typed).status_code


def session_regions() -> list[str]:
    with all_regions():
        return list(db.session.scalars(select(SignInSession.region).where(SignInSession.done)))


def test_each_is_opened_by_its_own_password(twins: Door):
    own = twins.account(WHO)["password"]

    assert enter(twins, twins.browser(), own) == 303
    assert enter(twins, twins.browser(), OF_THE_OTHER) == 303


def test_where_one_password_opens_both_the_person_chooses_the_region(twins: Door):
    password = twins.account(WHO)["password"]
    with twins.app.app_context(), in_region("kota"), db.transaction() as session:
        session.scalars(select(Account)).one().password_hash = machinery().hasher.hash(password)
    browser = twins.browser()

    assert enter(twins, browser, password) == 422
    assert enter(twins, browser, password, region="kota") == 303
    with twins.app.app_context(), in_region("kota"):
        assert session_regions() == ["kota"]


@pytest.mark.parametrize("keeps_the_browser", [True, False])
def test_signing_in_to_one_forgives_no_guess_at_the_other(twins: Door, keeps_the_browser: bool):
    browser, answers = twins.browser(), []
    for _ in range(4):
        browser = browser if keeps_the_browser else twins.browser()
        answers += [enter(twins, browser, f"salah tebakan {n} kali") for n in range(3)]
        assert enter(twins, browser, OF_THE_OTHER) == 303
        browser.get("/masuk/keluar")

    # Even who then knows the right word is told to wait: it was not tried.
    assert enter(twins, twins.browser(), twins.account(WHO)["password"]) == 429
    assert answers.count(429) > 0


def test_guesses_at_one_do_not_keep_the_other_out(twins: Door):
    for n in range(12):
        enter(twins, twins.browser(), f"salah tebakan {n} kali", "203.0.113.7")

    assert enter(twins, twins.browser(), OF_THE_OTHER) == 303


def test_a_browser_known_for_one_is_a_strangers_for_the_other(twins: Door):
    own = twins.browser()
    assert enter(twins, own, OF_THE_OTHER) == 303
    for n in range(6):
        enter(twins, own, f"salah tebakan {n} kali", "203.0.113.7")

    assert enter(twins, own, twins.account(WHO)["password"], "203.0.113.7") == 429


def test_who_guesses_within_a_session_of_one_keeps_nobody_out_of_the_other(twins: Door):
    old = {"old_password": "bukan kata sandi saya", "new_password": NEW, "new_password_again": NEW}

    def guess(password: str, tries: int) -> str:
        """Sign in on a shared computer, where no device is known, and guess at the old word."""
        browser = twins.browser()
        assert enter(twins, browser, password, shared_computer="1") == 303
        browser.get("/masuk/kata-sandi")
        return [browser.post("/masuk/kata-sandi", **old).text for _ in range(tries)][-1]

    assert HELD in guess(OF_THE_OTHER, 14)
    assert HELD not in guess(twins.account(WHO)["password"], 1)


def test_who_signs_in_to_one_is_a_stranger_where_the_other_was_forgotten(twins: Door):
    def recover(browser: Browser, address: str) -> int:
        typed = {"nip": twins.account(WHO)["nip"], "own_code": "123456"}
        browser.get("/masuk/lupa")
        return browser.post_from(address, "/masuk/lupa", **typed).status_code

    for n in range(5):
        assert recover(twins.browser(), f"198.51.100.{n}") == 401
    intruder, address = twins.browser(), "203.0.113.7"
    assert enter(twins, intruder, OF_THE_OTHER, address) == 303

    assert recover(intruder, address) == 429
