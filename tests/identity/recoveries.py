"""Recoveries over HTTP, and what comes of them in a browser."""

from datetime import timedelta
from typing import Any

import time_machine
from werkzeug.test import TestResponse

from chassis.process.clock import now
from tests.identity.demo import account
from tests.identity.desk import Desk
from tests.identity.door import Browser

NEW = "sungai tenang hanyut"


def ask(desk: Desk, who: str, owner: str, resets: str = "password", **more: Any) -> TestResponse:
    nip = account(desk.folder, owner)["nip"]
    return desk.call(who, "POST", "/recoveries", json={"nip": nip, "resets": resets, **more})


def confirm(desk: Desk, who: str, recovery_id: str) -> TestResponse:
    return desk.call(who, "POST", f"/recoveries/{recovery_id}/confirm")


def stop(desk: Desk, who: str, recovery_id: str, **body: str) -> TestResponse:
    return desk.call(who, "POST", f"/recoveries/{recovery_id}/stop", json=body)


def letter(desk: Desk, who: str, recovery_id: str, *, hours: float = 0) -> TestResponse:
    with time_machine.travel(now() + timedelta(hours=hours)):
        return desk.call(who, "POST", f"/recoveries/{recovery_id}/letter")


def released(desk: Desk, owner: str, *hands: str, resets: str = "password") -> str:
    """Return the id of a request that these people have confirmed."""
    first, *others = hands
    asked = ask(desk, first, owner, resets)
    assert asked.status_code == 201, asked.text
    recovery_id: str = asked.get_json()["id"]
    for hand in others:
        answer = confirm(desk, hand, recovery_id)
        assert answer.status_code == 200, answer.text
    return recovery_id


def open_link(desk: Desk, path: str, *, hours: float = 0, **fields: str) -> TestResponse:
    """Open a link of a recovery and send its form."""
    browser = Browser(desk.app.test_client())
    with time_machine.travel(now() + timedelta(hours=hours)):
        shown = browser.get(path)
        if shown.status_code != 200:
            return shown
        both = {"new_password": NEW, "new_password_again": NEW}
        return browser.post(path, **{**both, **fields})


def sign_in(desk: Desk, key: str, password: str | None = None) -> TestResponse:
    told = account(desk.folder, key)
    browser = Browser(desk.app.test_client())
    browser.get("/masuk")
    return browser.post("/masuk", nip=told["nip"], password=password or told["password"])
