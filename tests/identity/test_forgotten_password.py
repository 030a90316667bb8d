"""The page for a forgotten password: at once with an own code, else by Umpeg; it tells nobody
whether an NIP is somebody's (C17).
"""

from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from sqlalchemy import func, select

from chassis.process.clock import now
from chassis.process.regions import all_regions, in_region
from services.identity.models import AccountRecovery, RecoveryTry, db
from services.identity.usecases import forgotten, second_factor
from tests.identity.demo import account
from tests.identity.desk import Desk
from tests.identity.door import Browser
from tests.identity.recoveries import NEW, confirm, open_link, sign_in

NOBODY = "199001012015011988"
WHO, UMPEG = "applicant", "umpeg"


def send(desk: Desk, nip: str, code: str = "", resets: str = "password", **more: Any) -> Any:
    browser = Browser(desk.app.test_client())
    browser.get("/masuk/lupa")
    return browser.post("/masuk/lupa", nip=nip, own_code=code, resets=resets, **more)


def nip_of(desk: Desk, key: str) -> str:
    return str(account(desk.folder, key)["nip"])


def opened(desk: Desk) -> list[dict[str, Any]]:
    """Let the loop open what was asked for; return what Umpeg sees."""
    with desk.app.app_context():
        while forgotten.open_asked():
            pass
    return list(desk.call(UMPEG, "GET", "/recoveries").get_json()["data"])


def letter_of(desk: Desk, event_type: str) -> dict[str, Any]:
    letter_id = desk.events(event_type)[-1].subject.rpartition("/")[2]
    token = desk.service.client("svc-notification", "letters.read")
    answer = desk.service.call("GET", f"/api/identity/v1/letters/{letter_id}", token=token)
    return dict(answer.get_json())


def path_in(letter: dict[str, Any]) -> str:
    return str(letter["secret"]).removeprefix("http://simpul.test")


def test_an_employee_comes_back_by_the_own_umpeg_and_the_verified_contact(desk: Desk):
    send(desk, nip_of(desk, WHO))
    [waiting] = opened(desk)

    confirmed = confirm(desk, UMPEG, waiting["id"]).get_json()
    letter = letter_of(desk, "recovery_link.sent.v1")

    assert (waiting["way"], waiting["lacks"]) == ("witness", ["opd"])
    assert (waiting["asked_as"], waiting["may_confirm"]) == ("employee", True)
    assert confirmed["state"] == "released"
    assert letter["channel"] in ("email", "whatsapp")
    assert letter["address"] in ("applicant@contoh.example", "+628340009010")
    assert open_link(desk, path_in(letter)).location == "/masuk?pulih=1"
    assert sign_in(desk, WHO, NEW).status_code == 303
    assert open_link(desk, path_in(letter)).status_code == 404


def test_umpeg_sees_no_link(desk: Desk):
    send(desk, nip_of(desk, WHO))
    [waiting] = opened(desk)

    answer = confirm(desk, UMPEG, waiting["id"])
    part = desk.call(UMPEG, "POST", f"/recoveries/{waiting['id']}/letter")

    assert "/masuk/" not in answer.text
    assert part.get_json()["code"] == "recovery_waits"


def test_an_officer_who_asks_needs_both_desks(desk: Desk):
    send(desk, nip_of(desk, "umpeg_second"))

    [waiting] = opened(desk)

    assert (waiting["way"], waiting["lacks"]) == ("two_hands", ["opd", "bkpsdm"])


def test_what_is_open_is_not_opened_again_nor_told_again(desk: Desk):
    for _ in range(2):
        send(desk, nip_of(desk, WHO))

    assert len(opened(desk)) == 1
    assert len(desk.events("account_recovery.changed.v1")) == 1


def _rows(desk: Desk, table: Any) -> int:
    with desk.app.app_context(), all_regions():
        return int(db.session.scalar(select(func.count()).select_from(table)) or 0)


@pytest.mark.parametrize("who", [WHO, "sysadmin", None])
def test_the_answer_is_the_same_and_writes_the_same_whoever_the_nip_is(desk: Desk, who: str | None):
    answer = send(desk, nip_of(desk, who) if who else NOBODY)
    page = Browser(desk.app.test_client()).get(answer.location)

    assert (answer.status_code, answer.location) == (303, "/masuk/lupa?terkirim=1")
    assert "Bila NIP itu terdaftar" in page.text
    assert (_rows(desk, RecoveryTry), _rows(desk, AccountRecovery)) == (1, 0)


def test_a_wrong_code_says_the_same_for_an_account_and_for_none(desk: Desk):
    answers = [send(desk, nip, "123456") for nip in (nip_of(desk, "sysadmin"), NOBODY)]

    first, second = (answer.text.replace(nip_of(desk, "sysadmin"), NOBODY) for answer in answers)
    hidden = 'name="csrf_token"'
    plain = [[row for row in text.splitlines() if hidden not in row] for text in (first, second)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert plain[0] == plain[1]


def test_asking_beyond_the_accounts_budget_changes_nothing_and_says_nothing(desk: Desk):
    answers = {send(desk, nip_of(desk, WHO)).location for _ in range(5)}

    assert answers == {"/masuk/lupa?terkirim=1"}
    assert _rows(desk, RecoveryTry) == 3
    assert sign_in(desk, WHO).status_code == 303


def test_an_address_asks_so_often_an_hour(desk: Desk):
    for number in range(100, 130):
        assert send(desk, f"199001012015011{number}").status_code == 303

    refused = send(desk, nip_of(desk, WHO))

    assert refused.status_code == 429
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert send(desk, nip_of(desk, WHO)).status_code == 303


def _totp(desk: Desk, key: str) -> str:
    return pyotp.TOTP(account(desk.folder, key)["totp_secret"]).now()


def test_whoever_has_the_second_factor_sets_a_password_at_once_and_is_told(desk: Desk):
    answer = send(desk, nip_of(desk, "bkpsdm_head"), _totp(desk, "bkpsdm_head"))

    done = open_link(desk, answer.location)

    assert answer.location.startswith("/masuk/pulih/")
    assert done.location == "/masuk?pulih=1"
    assert sign_in(desk, "bkpsdm_head", NEW).location == "/masuk/kode"
    told = [event.data for event in desk.events("account_recovery.changed.v1")]
    assert [data["state"] for data in told] == ["released", "used"]
    assert all(data["told_ids"] == [str(desk.id_of("sysadmin"))] for data in told)
    assert [bool(data["letter_to"]) for data in told] == [True, False]


def test_a_recovery_code_does_it_once(desk: Desk):
    with desk.app.app_context(), in_region("demo"):
        code = second_factor.new_recovery_codes(desk.id_of("bkpsdm_head"))[0]

    first, second = (send(desk, nip_of(desk, "bkpsdm_head"), code) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 401)


def test_an_own_code_ends_what_was_asked_for_by_hands(desk: Desk):
    send(desk, nip_of(desk, "umpeg_second"))
    [waiting] = opened(desk)

    send(desk, nip_of(desk, "umpeg_second"), _totp(desk, "umpeg_second"))

    assert confirm(desk, UMPEG, waiting["id"]).get_json()["code"] == "recovery_ended"


def test_six_digits_are_tried_five_times_a_day(desk: Desk):
    nip = nip_of(desk, "bkpsdm_head")
    wrong = [send(desk, nip, f"{number:06}").status_code for number in range(5)]

    right = send(desk, nip, _totp(desk, "bkpsdm_head"))

    assert wrong == [401] * 5
    assert right.status_code == 429
    assert sign_in(desk, "bkpsdm_head").location == "/masuk/kode"


def test_the_link_in_the_telling_message_stops_it_without_signing_in(desk: Desk):
    send(desk, nip_of(desk, WHO))
    [waiting] = opened(desk)
    path = path_in(letter_of(desk, "account_recovery.changed.v1"))
    browser = Browser(desk.app.test_client())

    shown = browser.get(path)
    stopped = browser.post(path)

    assert "Hentikan" in shown.text
    assert "dihentikan" in stopped.text
    assert confirm(desk, UMPEG, waiting["id"]).get_json()["code"] == "recovery_ended"
    assert browser.get(path).status_code == 404
    assert desk.events("account_recovery.changed.v1")[-1].data["state"] == "stopped"


def test_the_account_page_shows_and_stops_it(desk: Desk):
    send(desk, nip_of(desk, WHO))
    opened(desk)
    told = account(desk.folder, WHO)
    browser = Browser(desk.app.test_client())
    browser.get("/masuk")
    browser.post("/masuk", nip=told["nip"], password=told["password"])

    assert "Kata sandi akan dipulihkan" in browser.get("/masuk/akun").text
    browser.post("/masuk/hentikan")

    assert opened(desk) == []


def test_a_contact_verified_after_somebody_asked_gets_no_link(desk: Desk):
    """Whoever sits at an open session would else verify an address of his own."""
    send(desk, nip_of(desk, WHO))
    [waiting] = opened(desk)
    etag = desk.call(WHO, "GET", "/me/contact").headers["ETag"]
    new = {"email": "pencuri@contoh.example", "phone": None}
    desk.call(WHO, "PATCH", "/me/contact", json=new, headers={"If-Match": etag})
    desk.call(WHO, "POST", "/me/contact/code", json={"channel": "email"})
    code = letter_of(desk, "contact_code.sent.v1")["secret"]
    proof = {"channel": "email", "code": code}
    assert desk.call(WHO, "POST", "/me/contact/verify", json=proof).status_code == 200

    after = confirm(desk, UMPEG, waiting["id"]).get_json()

    assert (after["way"], after["lacks"]) == ("two_hands", ["bkpsdm"])
    assert desk.events("recovery_link.sent.v1") == []
