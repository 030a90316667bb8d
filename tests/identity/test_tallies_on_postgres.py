"""However many try at once, no more tries are looked at than are allowed.

On PostgreSQL, where requests really run at once: each in flight saw the same tally.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from chassis.data.tallies import NotCounting, hold
from chassis.data.wrong_tries import FREE_TRIES, TooManyWrong, count_wrong
from chassis.kernel.errors import Refused
from chassis.process.regions import in_region
from ops.engines.postgres import Postgres
from services.identity.app import create_app
from services.identity.domain import contact_codes, forgotten
from services.identity.domain.sign_in import SECOND_FACTOR_TRIES
from services.identity.domain.throttling import TooManyAttempts
from services.identity.models import Contact, WrongSecret, db
from services.identity.seeds.demo import seed
from services.identity.usecases import attempts, contacts, second_factor, signing_in
from services.identity.usecases.attempts import Target
from services.identity.usecases.forgotten import FactorRefused, by_own_factor
from services.identity.usecases.signing_in import SignedIn
from tests.builders.databases import database_on
from tests.builders.service import let_go
from tests.identity import demo

AT_ONCE = 30
ADDRESS = "10.0.0.1"
NIP = "199001012015011901"


class Region:
    """The demo region on PostgreSQL, and an officer of it."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self.folder = folder
        self.officer = demo.account(folder, "umpeg")
        self.person = demo.employee_id(app, folder, "umpeg")

    def half_signed_in(self) -> SignedIn:
        """Show the password; the code is owed."""
        with self.app.app_context():
            return signing_in.sign_in(
                nip=self.officer["nip"],
                password=self.officer["password"],
                totp=None,
                region=None,
                address=ADDRESS,
            )

    def taken(self, attempt: Callable[[], bool]) -> int:
        """Make all tries at the same moment; return how many were looked at."""
        barrier = Barrier(AT_ONCE)

        def go(_: int) -> bool:
            with self.app.app_context(), in_region("demo"):
                barrier.wait()
                return attempt()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(go, range(AT_ONCE)))


@pytest.fixture
def region(postgres: Postgres, tmp_path: Path) -> Iterator[Region]:
    app = create_app(database_on(postgres, "identity", tmp_path))
    seed(app, tmp_path)
    yield Region(app, tmp_path)
    let_go(app)


def looked_at(try_it: Callable[[], object], *over: type[Refused]) -> bool:
    """Tell whether a try was looked at, whatever came of it."""
    try:
        try_it()
    except over:
        return False
    except FactorRefused:
        return True
    return True


@pytest.mark.live
def test_of_thirty_passwords_at_once_five_are_tried(region: Region):
    def attempt() -> bool:
        return looked_at(lambda: attempts.start_attempt(Target(NIP), ADDRESS), TooManyAttempts)

    assert region.taken(attempt) == 5


@pytest.mark.live
def test_of_thirty_codes_at_once_five_are_read(region: Region, monkeypatch: pytest.MonkeyPatch):
    read: list[UUID] = []
    reading = second_factor._answered

    def counting(account: object, code: str) -> second_factor.Answered:
        read.append(account.employee_id)  # type: ignore[attr-defined]
        return reading(account, code)  # type: ignore[arg-type]

    monkeypatch.setattr(second_factor, "_answered", counting)
    half = region.half_signed_in()

    def attempt() -> bool:
        def answered() -> object:
            return second_factor.answer(half.session_id, "000000", address=ADDRESS)

        return looked_at(answered, TooManyAttempts)

    region.taken(attempt)

    assert len(read) == SECOND_FACTOR_TRIES


@pytest.mark.live
def test_of_thirty_codes_for_a_forgotten_password_so_many_are_read_as_a_day_allows(region: Region):
    def attempt() -> bool:
        nip = region.officer["nip"]
        return looked_at(
            lambda: by_own_factor(nip=nip, code="000000", address=ADDRESS), TooManyAttempts
        )

    assert region.taken(attempt) == forgotten.OF_ACCOUNT[forgotten.CODE]


@pytest.mark.live
def test_of_thirty_wrong_secrets_at_once_five_are_answered_and_it_is_noted_once(region: Region):
    noted: list[int] = []

    def attempt() -> bool:
        def counted() -> None:
            count_wrong(db, WrongSecret, "a client", address=ADDRESS, note=noted.append)

        return looked_at(counted, TooManyWrong)

    assert region.taken(attempt) == FREE_TRIES
    assert noted == [FREE_TRIES]


@pytest.mark.live
def test_of_thirty_codes_asked_for_at_once_no_more_are_sent_than_an_hour_allows(region: Region):
    with region.app.app_context(), in_region("demo"), db.transaction() as session:
        unproved = update(Contact).where(Contact.employee_id == region.person)
        session.execute(unproved.values(verified_email=None, verified_email_at=None))

    def attempt() -> bool:
        return looked_at(
            lambda: contacts.send_code(region.person, contact_codes.MAIL),
            contact_codes.TooManyCodes,
        )

    assert region.taken(attempt) == 5


def test_a_tally_is_held_for_a_transaction_only(demo_app: Flask):
    with demo_app.app_context(), pytest.raises(NotCounting):
        hold(db, "a tally")
