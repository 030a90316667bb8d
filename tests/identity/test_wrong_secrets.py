"""Wrong client secrets and links that never were: counted, told to wait, noted.

The right one passes at any time.
"""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from chassis.data.wrong_tries import ADDRESS_TRIES, FREE_TRIES, WINDOW
from chassis.process.clock import now
from chassis.process.regions import all_regions
from services.identity.adapters.sealing import fingerprint
from services.identity.models import PasswordLink, WrongSecret, db
from tests.builders.service import SECRET
from tests.identity import demo
from tests.identity.desk import Desk
from tests.identity.door import Door

CLIENT = "svc-identity"
NOTED = "security.noted.v1"


@pytest.fixture
def still() -> Iterator[Any]:
    with time_machine.travel(now(), tick=False) as moment:
        yield moment


def ask(door: Door, secret: str, address: str = "10.0.0.1", client: str = CLIENT) -> TestResponse:
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    return door.app.test_client().post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {basic}"},
        environ_base={"REMOTE_ADDR": address},
    )


def test_whoever_is_wrong_again_and_again_waits_ever_longer(door: Door, still: Any):
    first = [ask(door, f"guess-{n}").status_code for n in range(FREE_TRIES)]
    waits = []
    for n in range(4):
        refused = ask(door, f"more-{n}")
        waits.append(int(refused.headers["Retry-After"]))
        still.shift(timedelta(seconds=waits[-1]))
        assert ask(door, f"late-{n}").status_code == 401

    assert first == [401] * FREE_TRIES
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_attempts")
    assert waits == [30, 60, 120, 240]


def test_a_stranger_keeps_no_application_out(door: Door):
    for n in range(3 * FREE_TRIES):
        ask(door, f"guess-{n}")

    assert ask(door, "guess").status_code == 429
    assert ask(door, SECRET).status_code == 200
    assert ask(door, "mistyped", address="10.0.0.2").status_code == 401
    assert ask(door, "mistyped", client="svc-documents").status_code == 401


def test_one_address_cannot_try_every_application(door: Door, still: Any):
    with door.app.app_context(), db.transaction() as session:
        for n in range(ADDRESS_TRIES):
            session.add(WrongSecret(mark=str(n), address="10.0.0.1", tried_at=now()))

    assert ask(door, "guess").status_code == 429
    assert ask(door, SECRET).status_code == 200
    still.shift(WINDOW + timedelta(seconds=1))
    assert ask(door, "guess").status_code == 401


def test_a_name_that_no_application_has_is_not_kept_and_a_reached_budget_is_noted_once(
    desk: Desk, door: Door
):
    for n in range(3 * FREE_TRIES):
        ask(door, f"guess-{n}")
        ask(door, f"guess-{n}", client="a-secret-typed-in-the-wrong-place")

    notes = [event.data for event in desk.events(NOTED) if event.data["why"] == "secret_guessed"]
    with door.app.app_context():
        kept = db.session.scalar(select(func.count()).select_from(WrongSecret))

    assert [(note["thing"], note["amount"]) for note in notes] == [(f"client/{CLIENT}", FREE_TRIES)]
    assert kept == FREE_TRIES


def test_whoever_tries_links_that_never_were_waits_and_one_that_is_used_counts_for_nobody(
    door: Door,
):
    link = PasswordLink(
        region="demo",
        employee_id=demo.employee_id(door.app, door.folder, "applicant"),
        fingerprint=fingerprint("used"),
        used_at=now(),
        expires_at=now(),
    )
    with door.app.app_context(), all_regions(), db.transaction() as session:
        session.add(link)
    browser = door.browser()

    used = [browser.get("/masuk/tautan/used").status_code for _ in range(2 * FREE_TRIES)]
    never = [browser.get("/masuk/pulih/never").status_code for _ in range(FREE_TRIES + 1)]

    assert used == [404] * (2 * FREE_TRIES)
    assert never == [404] * FREE_TRIES + [429]
