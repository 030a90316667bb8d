"""Strangers who guess keep nobody out who has signed in from there before; a crowd is no attack."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from chassis.kernel.errors import Refused
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.regions import all_regions, in_region
from services.identity.adapters.machinery import machinery
from services.identity.domain.sign_in import Step
from services.identity.models import Account, Employee, KnownDevice, SignInAttempt, db
from services.identity.usecases import sessions, signing_in
from services.identity.usecases.signing_in import SignedIn
from tests.builders.service import under_test
from tests.identity import demo
from tests.identity.door import Browser, Door

WHO = "applicant"
PASSWORD = "kuda besar lari pagi"


def attack(door: Door, *, tries: int = 110) -> None:
    """Have strangers at many addresses guess wrong just now."""
    with door.app.app_context(), db.transaction() as session:
        mark = machinery().sealer.mark("sign-in attempts", door.account(WHO)["nip"])
        session.add_all(
            SignInAttempt(account_mark=mark, address=f"10.0.{n}.1", standing="stranger")
            for n in range(tries)
        )


def enter(door: Door, browser: Browser, address: str = "127.0.0.1", who: str = WHO) -> int:
    account = door.account(who)
    browser.get("/masuk")
    answer = browser.post_from(address, "/masuk", nip=account["nip"], password=account["password"])
    return answer.status_code


def known(door: Door) -> list[bool]:
    """Whether each device that is remembered is shared."""
    with door.app.app_context(), all_regions():
        return list(db.session.scalars(select(KnownDevice.shared)))


def test_the_owners_own_device_gets_in_while_strangers_guess_wherever_it_is(door: Door):
    own = door.signed_in(WHO)
    attack(door)

    assert enter(door, own, "203.0.113.7") == 303


def test_so_does_a_new_device_where_the_owner_has_signed_in_before(door: Door):
    door.signed_in(WHO)
    attack(door)

    assert enter(door, door.browser()) == 303


def test_a_new_device_at_a_new_address_gets_in_after_a_quarter_of_an_hour_at_most(door: Door):
    door.signed_in(WHO)
    attack(door)
    new = door.browser()

    told_to_wait = enter(door, new, "203.0.113.7")
    with time_machine.travel(now() + timedelta(minutes=15)):
        attack(door, tries=30)
        later = enter(door, new, "203.0.113.7")

    assert told_to_wait == 429
    assert later == 303


def test_a_guesser_in_an_office_keeps_no_colleague_out_who_has_worked_there(door: Door):
    colleague = door.signed_in(WHO)
    nips = [f"19800101200501{n:04}" for n in range(1001, 1061)]
    guesser = door.browser()
    guesser.get("/masuk")
    answers = [guesser.post("/masuk", nip=nip, password="salah").status_code for nip in nips]

    assert answers[-1] == 429
    assert enter(door, colleague) == 303
    assert enter(door, door.browser()) == 303
    assert enter(door, door.browser(), who="applicant_pppk") == 429


def test_a_device_of_several_people_is_nobodys_own(door: Door):
    browser = door.signed_in(WHO)
    assert known(door) == [False]

    assert enter(door, browser, who="applicant_pppk") == 303
    attack(door)

    assert known(door) == [True, True]
    assert enter(door, browser, "203.0.113.7") == 429


def test_a_wrong_password_on_ones_own_device_slows_down_that_device_only(door: Door):
    own, nip = door.signed_in(WHO), door.account(WHO)["nip"]
    own.get("/masuk?ulang=1")

    answers = [own.post("/masuk", nip=nip, password="salah").status_code for _ in range(6)]

    assert answers == [401] * 5 + [429]
    assert enter(door, door.browser()) == 303


def test_ending_the_sessions_of_a_person_forgets_the_devices(door: Door):
    own = door.signed_in(WHO)
    with door.app.app_context(), in_region("demo"):
        sysadmin = demo.employee_id(door.app, door.folder, "sysadmin")
        sessions.end_sessions(demo.employee_id(door.app, door.folder, WHO), by=sysadmin)
    attack(door)

    assert known(door) == []
    assert enter(door, own, "203.0.113.7") == 429


def test_changing_the_password_forgets_the_other_devices(door: Door):
    own, _other = door.signed_in(WHO), door.signed_in(WHO)
    own.get("/masuk/akun")
    new = {"new_password": PASSWORD, "new_password_again": PASSWORD}

    own.post("/masuk/kata-sandi", old_password=door.account(WHO)["password"], **new)

    assert known(door) == [False]
    attack(door)
    own.get("/masuk?ulang=1")
    entered = own.post_from(
        "203.0.113.7", "/masuk", nip=door.account(WHO)["nip"], password=PASSWORD
    )
    assert entered.status_code == 303


def told(door: Door) -> int:
    return len(under_test(door.app).recorded("device.added.v1"))


@pytest.mark.parametrize("choice", [{}, {"shared_computer": "1"}], ids=["own", "shared"])
def test_the_owner_is_told_once_of_a_new_device_at_a_new_address(
    door: Door, choice: dict[str, str]
):
    account, new = door.account(WHO), door.browser()
    door.signed_in(WHO)
    assert enter(door, door.browser()) == 303
    assert told(door) == 0

    for _again in range(2):
        new.get("/masuk?ulang=1")
        fields = {"nip": account["nip"], "password": account["password"], **choice}
        assert new.post_from("203.0.113.7", "/masuk", **fields).status_code == 303

    (event,) = under_test(door.app).recorded("device.added.v1")
    assert set(event.data) == {"id", "employee_id", "signed_in_at"}
    assert event.data["employee_id"] == str(demo.employee_id(door.app, door.folder, WHO))


@pytest.mark.parametrize("cookie", ["x" * 43, "short", ""])
def test_a_cookie_that_somebody_made_up_is_nobody(door: Door, cookie: str):
    door.signed_in(WHO)
    attack(door)
    forger = door.browser()
    forger.client.set_cookie("simpul_device", cookie)

    assert enter(door, forger, "203.0.113.7") == 429


def test_a_secret_that_somebody_put_into_the_browser_is_not_the_owners_device(door: Door):
    planted = "D" * 43
    own = door.browser()
    own.client.set_cookie("simpul_device", planted)
    assert enter(door, own) == 303
    guesser, nip = door.browser(), door.account(WHO)["nip"]
    guesser.client.set_cookie("simpul_device", planted)
    guesser.get("/masuk")

    for _ in range(6):
        guesser.post_from("203.0.113.7", "/masuk", nip=nip, password="salah")

    given = own.client.get_cookie("simpul_device")
    assert given is not None
    assert given.value != planted
    assert enter(door, own, "203.0.113.8") == 303


class Plain:
    """A hasher that costs nothing: here it is counting that is tested."""

    def verify(self, stored: str | None, password: str) -> bool:
        return stored == password

    def is_outdated(self, _stored: str) -> bool:
        return False


def a_thousand(door: Door) -> list[tuple[str, UUID]]:
    """Employees of one office, all with one password."""
    with in_region("demo"), db.transaction() as session:
        like = session.get_one(Employee, demo.employee_id(door.app, door.folder, WHO))
        same = {"unit_id": like.unit_id, "opd_id": like.opd_id, "birth_date": like.birth_date}
        rest = {"name": "Contoh", "kind": "pns", "sex": like.sex, "region": "demo", **same}
        people = [(f"19{90 + n // 500}01012015011{n % 500 + 1:03}", uuid7()) for n in range(1000)]
        session.execute(
            Employee.__table__.insert(),
            [{"id": who, "nip": nip, **rest, **_unsaid()} for nip, who in people],
        )
        session.execute(
            Account.__table__.insert(),
            [_account(who) for _nip, who in people],
        )
    return people


def _unsaid() -> dict[str, object]:
    return {"cpns": False, "guru": False, "active": True, "version": 1, "created_at": now()}


def _account(who: UUID) -> dict[str, object]:
    said = {"password_hash": PASSWORD, "must_change_password": False}
    return {"employee_id": who, "region": "demo", **said}


def signed(nip: str, password: str) -> SignedIn:
    return signing_in.sign_in(
        nip=nip, password=password, totp=None, region=None, address="10.1.1.1"
    )


@pytest.mark.slow
def test_a_thousand_people_behind_one_address_sign_in_within_a_quarter_of_an_hour(
    door: Door, monkeypatch: pytest.MonkeyPatch
):
    """On their first day, so that nobody is known yet; each twentieth mistypes the password."""
    refused: list[str] = []
    with door.app.app_context(), time_machine.travel(now(), tick=False) as clock:
        with db.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA synchronous=OFF")  # type: ignore[union-attr]
        cheap = replace(machinery(), hasher=Plain())
        monkeypatch.setitem(door.app.extensions, "identity", cheap)
        for n, (nip, _who) in enumerate(a_thousand(door)):
            clock.shift(0.9)
            try:
                if n % 20 == 7:
                    refused.append(wrong_first(nip))
                done = signed(nip, PASSWORD)
                assert done.step is Step.DONE
            except Refused as error:
                refused.append(error.code)

    assert refused == ["sign_in_refused"] * 50


def wrong_first(nip: str) -> str:
    with pytest.raises(Refused) as caught:
        signed(nip, "salah")
    return caught.value.code
