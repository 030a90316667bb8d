"""Nobody alone, and no two without the owner's time to object, take an account over (C17)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from chassis.process.clock import now
from chassis.process.regions import in_region
from services.identity import queries
from services.identity.adapters.sealing import fingerprint, new_token
from services.identity.models import Employee, PasswordLink, db
from services.identity.usecases import passwords
from tests.identity.demo import account
from tests.identity.desk import Desk
from tests.identity.door import Browser
from tests.identity.recoveries import (
    NEW,
    ask,
    confirm,
    letter,
    open_link,
    released,
    sign_in,
    stop,
)

HEAD, ADMIN, UMPEG = "bkpsdm_head", "bkpsdm_admin", "umpeg_bkpsdm"


def _is_untouched(desk: Desk, key: str) -> bool:
    """Say whether the owner still signs in as before, and nobody with what an attacker knows."""
    as_before = sign_in(desk, key)
    return as_before.location == "/masuk/kode" and sign_in(desk, key, NEW).status_code == 401


def _puppet(desk: Desk, maker: str) -> str:
    """Register somebody, take the activation letter, and give the role of a witness."""
    employee = desk.call(
        maker,
        "POST",
        "/employees",
        json={
            "nip": "199001012015011977",
            "name": "Boneka Contoh",
            "unit_id": desk.unit("bkpsdm"),
            "source": "SK",
        },
    ).get_json()
    path = desk.call(maker, "POST", f"/employees/{employee['id']}/password-reset").get_json()[
        "path"
    ]
    browser = Browser(desk.app.test_client())
    browser.get(path)
    assert browser.post(path, new_password=NEW, new_password_again=NEW).status_code == 303
    granted = desk.call(
        maker,
        "POST",
        "/role-grants",
        json={
            "employee_id": employee["id"],
            "role": "umpeg",
            "unit_id": desk.unit("bkpsdm"),
            "starts_on": str(now().date()),
        },
    )
    assert granted.status_code == 201
    return str(employee["id"])


def _as(desk: Desk, person_id: str, path: str) -> Any:
    with time_machine.travel(now() + timedelta(seconds=5)):  # past the end of older sessions
        token = desk.service.person(person_id, "identity", region="demo")
        return desk.service.call("POST", f"/api/identity/v1{path}", token=token)


@pytest.mark.parametrize("attacker", [ADMIN, "sysadmin"])
def test_one_administrator_with_every_endpoint_does_not_become_the_head(desk: Desk, attacker: str):
    owner = f"/employees/{desk.id_of(HEAD)}"
    reset = desk.call(attacker, "POST", f"{owner}/password-reset").get_json()
    factor = desk.call(attacker, "POST", f"{owner}/totp/reset")
    recovery_id = reset["recovery"]["id"]
    puppet = _puppet(desk, attacker)

    again = confirm(desk, attacker, recovery_id)
    by_puppet = _as(desk, puppet, f"/recoveries/{recovery_id}/confirm")
    too_early = letter(desk, attacker, recovery_id)
    too_alone = letter(desk, attacker, recovery_id, hours=25)

    assert not reset.get("path")
    assert not reset.get("url")
    assert factor.get_json()["code"] == "both_secrets"
    assert again.get_json()["code"] == "same_hand"
    assert by_puppet.get_json()["code"] == "hands_dependent"
    assert too_early.status_code == too_alone.status_code == 409
    assert _is_untouched(desk, HEAD)


@pytest.mark.parametrize("hands", [(UMPEG,), (ADMIN, "bkpsdm_admin_second"), ("sysadmin", ADMIN)])
def test_hands_of_one_desk_do_not_give_an_officer_back_however_long_they_wait(
    desk: Desk, hands: tuple[str, ...]
):
    first, *others = hands
    recovery_id = ask(desk, first, HEAD).get_json()["id"]
    for other in others:
        assert confirm(desk, other, recovery_id).get_json()["code"] == "hand_not_needed"

    given = [letter(desk, hand, recovery_id, hours=hours) for hand in hands for hours in (0, 30)]

    assert {answer.status_code for answer in given} <= {403, 409}
    assert _is_untouched(desk, HEAD)


def test_two_administrators_of_two_desks_wait(desk: Desk):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)

    early = [letter(desk, hand, recovery_id, hours=23.9) for hand in (UMPEG, ADMIN)]

    assert [answer.get_json()["code"] for answer in early] == ["recovery_waits"] * 2
    assert _is_untouched(desk, HEAD)


def test_after_the_time_each_hand_has_a_part_of_the_letter_and_the_owner_needs_both(desk: Desk):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)
    link = letter(desk, ADMIN, recovery_id, hours=24.1).get_json()
    code = letter(desk, UMPEG, recovery_id, hours=24.1).get_json()

    assert (link["code"], code["path"]) == (None, None)
    alone = open_link(desk, link["path"], hours=24.2)
    assert alone.status_code == 422
    assert open_link(desk, link["path"], hours=24.2, letter_code="00000000").status_code == 422
    whole = open_link(desk, link["path"], hours=24.2, letter_code=code["code"])
    assert whole.location == "/masuk?pulih=1"
    assert sign_in(desk, HEAD, NEW).location == "/masuk/kode"
    assert open_link(desk, link["path"], hours=24.2).status_code == 404


def test_the_code_of_a_letter_is_not_tried_out(desk: Desk):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)
    link = letter(desk, ADMIN, recovery_id, hours=24.1).get_json()["path"]

    tries = [
        open_link(desk, link, hours=24.2, letter_code=f"{number:08}").status_code
        for number in range(6)
    ]

    again = letter(desk, ADMIN, recovery_id, hours=24.1).get_json()["path"]
    right = letter(desk, UMPEG, recovery_id, hours=24.1).get_json()["code"]

    assert tries == [422] * 5 + [404]
    assert open_link(desk, again, hours=24.2, letter_code=right).status_code == 404


def test_of_two_who_use_a_link_at_once_one_gets_in(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)
    link = letter(desk, ADMIN, recovery_id, hours=24.1).get_json()["path"]
    code = letter(desk, UMPEG, recovery_id, hours=24.1).get_json()["code"]
    hashed = passwords.hash_checked
    others: list[int] = []

    def meanwhile(person: Employee, new_password: str) -> str:
        monkeypatch.setattr(passwords, "hash_checked", hashed)
        others.append(open_link(desk, link, hours=24.2, letter_code=code).status_code)
        return hashed(person, new_password)

    monkeypatch.setattr(passwords, "hash_checked", meanwhile)
    late = open_link(desk, link, hours=24.2, letter_code=code)

    assert (others, late.status_code) == ([303], 404)


def test_a_newer_part_of_the_letter_ends_the_older(desk: Desk):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)
    older = letter(desk, ADMIN, recovery_id, hours=24.1).get_json()["path"]
    newer = letter(desk, ADMIN, recovery_id, hours=24.2).get_json()["path"]

    assert open_link(desk, older, hours=24.3).status_code == 404
    assert open_link(desk, newer, hours=24.3).status_code == 422


def test_the_owner_stops_it_from_a_session_and_nothing_is_handed_over(desk: Desk):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)
    told = desk.call(HEAD, "GET", "/me/recoveries").get_json()["data"]

    stopped = stop(desk, HEAD, recovery_id)

    assert [row["id"] for row in told] == [recovery_id]
    assert stopped.get_json()["state"] == "stopped"
    assert letter(desk, ADMIN, recovery_id, hours=25).get_json()["code"] == "recovery_ended"
    assert _is_untouched(desk, HEAD)


def _barred_until(desk: Desk, key: str) -> Any:
    with desk.app.app_context(), in_region("demo"):
        person = desk.id_of(key)
        return db.session.scalar(
            select(Employee.deciding_barred_until).where(Employee.id == person)
        )


def test_an_account_between_two_hands_and_its_time_decides_nothing(desk: Desk):
    recovery_id = released(desk, ADMIN, UMPEG, "division_head")

    told = desk.events("employee.changed.v1")[-1]
    refused = desk.call(
        ADMIN,
        "POST",
        "/units",
        json={"code": "baru", "name": "Baru", "kind": "opd", "parent_id": desk.unit("demo")},
    )
    other = ask(desk, ADMIN, HEAD)

    assert told.data["deciding_barred_until"] is not None
    assert refused.get_json()["code"] == "deciding_barred"
    assert other.status_code == 404
    assert desk.call(ADMIN, "GET", "/employees").status_code == 200
    stop(desk, ADMIN, recovery_id)
    assert _barred_until(desk, ADMIN) is None


@pytest.mark.parametrize("who", [HEAD, UMPEG])
def test_whoever_stops_it_leaves_no_bar_behind(desk: Desk, who: str):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN)

    stop(desk, who, recovery_id)

    assert _barred_until(desk, HEAD) is None


def test_a_bar_stays_while_another_recovery_of_the_owner_is_on_its_way(desk: Desk):
    first = released(desk, "umpeg", "umpeg_second", ADMIN)
    released(desk, "umpeg", "opd_secretary", "division_head", resets="second_factor")

    stop(desk, ADMIN, first)

    assert _barred_until(desk, "umpeg") is not None


def test_hands_that_the_owner_stopped_do_not_bar_the_owner_again(desk: Desk):
    stop(desk, HEAD, released(desk, HEAD, UMPEG, ADMIN))

    secrets = ("password", "second_factor")
    by_umpeg, by_admin = ([ask(desk, hand, HEAD, it) for it in secrets] for hand in (UMPEG, ADMIN))
    by_another = ask(desk, "division_head", HEAD)

    assert [answer.status_code for answer in by_umpeg] == [404, 404]  # the next of R16 now
    assert [answer.get_json()["code"] for answer in by_admin] == ["owner_objected"] * 2
    assert by_another.status_code == 201
    assert _barred_until(desk, HEAD) is None


def test_nobody_helps_with_both_secrets_of_a_person(desk: Desk):
    released(desk, HEAD, UMPEG, ADMIN)

    answers = [ask(desk, hand, HEAD, "second_factor") for hand in (UMPEG, ADMIN)]
    by_another = ask(desk, "division_head", HEAD, "second_factor")

    assert answers[0].status_code == 404  # of the OPD's desk it is the next of R16 now
    assert answers[1].get_json()["code"] == "both_secrets"
    assert by_another.status_code == 201


def test_an_authenticator_is_taken_away_from_whoever_knows_the_password(desk: Desk):
    recovery_id = released(desk, HEAD, UMPEG, ADMIN, resets="second_factor")
    link = letter(desk, ADMIN, recovery_id, hours=24.1).get_json()["path"]
    code = letter(desk, UMPEG, recovery_id, hours=24.1).get_json()["code"]
    password = account(desk.folder, HEAD)["password"]

    wrong = open_link(desk, link, hours=24.2, letter_code=code, password="salah sekali ini")
    right = open_link(desk, link, hours=24.2, letter_code=code, password=password)

    assert wrong.status_code == 422
    assert right.status_code == 303
    assert sign_in(desk, HEAD).location == "/masuk/pasang-autentikator"


def test_an_umpeg_of_another_opd_learns_nothing(desk: Desk):
    recovery_id = released(desk, HEAD, UMPEG)

    assert ask(desk, "umpeg", HEAD).status_code == 404
    assert confirm(desk, "umpeg", recovery_id).status_code == 404
    assert stop(desk, "umpeg", recovery_id).status_code == 404
    assert desk.call("umpeg", "GET", "/recoveries").get_json()["data"] == []
    assert desk.call("applicant", "GET", "/recoveries").status_code == 403


def test_a_link_that_an_older_release_gave_an_administrator_opens_nothing(desk: Desk):
    token = new_token()
    with desk.app.app_context(), in_region("demo"), db.transaction() as session:
        session.add(
            PasswordLink(
                employee_id=desk.id_of(HEAD),
                fingerprint=fingerprint(token),
                created_by=desk.id_of(ADMIN),
                expires_at=now() + timedelta(hours=24),
            )
        )

    assert Browser(desk.app.test_client()).get(f"/masuk/tautan/{token}").status_code == 404


def test_an_officers_activation_letter_is_the_system_administrators(desk: Desk):
    with desk.app.app_context(), in_region("demo"), db.transaction():
        owned = queries.account(desk.id_of("umpeg"))
        assert owned is not None
        owned.password_hash = None
    path = f"/employees/{desk.id_of('umpeg')}/password-reset"

    assert desk.call(ADMIN, "POST", path).get_json()["code"] == "grant_beyond_own_role"
    assert desk.call("sysadmin", "POST", path).get_json()["path"]
