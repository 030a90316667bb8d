"""Refresh tokens: rotation, two tabs, theft, the end of a session."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import time_machine

from chassis.process.clock import now
from tests.identity.door import Door


def test_a_refresh_gives_new_tokens_and_the_new_one_goes_on(door: Door):
    first = door.tokens()

    second = door.refresh(first["refresh_token"]).get_json()
    third = door.refresh(second["refresh_token"]).get_json()

    assert door.me(second["access_token"]).status_code == 200
    assert door.me(third["access_token"]).status_code == 200
    assert len({item["refresh_token"] for item in (first, second, third)}) == 3


def test_a_second_tab_within_twenty_seconds_gets_the_same_successor(door: Door):
    first = door.tokens()["refresh_token"]
    start = now()

    with time_machine.travel(start, tick=False) as clock:
        one_tab = door.refresh(first).get_json()
        clock.shift(timedelta(seconds=20))
        other_tab = door.refresh(first).get_json()

    assert other_tab["refresh_token"] == one_tab["refresh_token"]
    assert door.refresh(one_tab["refresh_token"]).status_code == 200


def test_a_used_token_whose_successor_was_used_is_a_thiefs_within_the_twenty_seconds_too(
    door: Door,
):
    first = door.tokens()["refresh_token"]
    second = door.refresh(first).get_json()["refresh_token"]
    third = door.refresh(second).get_json()["refresh_token"]

    assert door.refresh(first).get_json()["error"] == "invalid_grant"
    assert door.refresh(third).get_json()["error"] == "invalid_grant"


def test_two_tabs_in_the_very_same_moment_get_the_same_successor(door: Door):
    first = door.tokens()["refresh_token"]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: door.refresh(first), range(4)))

    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.get_json()["refresh_token"] for answer in answers}) == 1


def test_a_code_redeemed_twice_in_the_very_same_moment_gives_tokens_once(door: Door):
    code = door.code()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: door.redeem(code), range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


def test_a_used_token_that_comes_back_later_ends_the_whole_family(door: Door):
    stolen = door.tokens()["refresh_token"]
    successor = door.refresh(stolen).get_json()["refresh_token"]

    with time_machine.travel(now() + timedelta(seconds=30)):
        thief = door.refresh(stolen)
        owner = door.refresh(successor)

    assert thief.status_code == 400
    assert thief.get_json()["error"] == "invalid_grant"
    assert owner.get_json()["error"] == "invalid_grant"


def test_refreshing_ends_eight_hours_after_the_sign_in(door: Door):
    token = door.tokens()["refresh_token"]

    with time_machine.travel(now() + timedelta(hours=7, minutes=59)):
        late = door.refresh(token)
    with time_machine.travel(now() + timedelta(hours=8, minutes=1)):
        too_late = door.refresh(late.get_json()["refresh_token"])

    assert late.status_code == 200
    assert too_late.status_code == 400


def test_a_refresh_token_of_one_application_is_worthless_to_another(door: Door):
    token = door.tokens()["refresh_token"]

    answer = door.refresh(token, client_id="simpul-cli")

    assert answer.get_json()["error"] == "invalid_grant"
    assert door.refresh(token).status_code == 200


def test_a_refresh_may_ask_for_less_but_not_for_more(door: Door):
    token = door.tokens(scope="openid offline_access")["refresh_token"]

    more = door.refresh(token, scope="openid identity")
    less = door.refresh(token, scope="openid")

    assert more.get_json()["error"] == "invalid_scope"
    assert less.get_json()["scope"] == "openid"
    assert less.get_json()["refresh_token"]


def test_an_invented_token_is_refused(door: Door):
    assert door.refresh("invented").get_json()["error"] == "invalid_grant"


def test_a_revoked_token_ends_its_family_and_revoking_nothing_is_fine(door: Door):
    first = door.tokens()["refresh_token"]
    successor = door.refresh(first).get_json()["refresh_token"]
    client = door.app.test_client()

    revoked = client.post("/oauth/revoke", data={"client_id": "simpul-portal", "token": successor})
    unknown = client.post("/oauth/revoke", data={"client_id": "simpul-portal", "token": "x"})

    assert revoked.status_code == 200
    assert unknown.status_code == 200
    assert door.refresh(successor).status_code == 400


def test_another_application_cannot_revoke_it(door: Door):
    token = door.tokens()["refresh_token"]

    answer = door.app.test_client().post(
        "/oauth/revoke", data={"client_id": "simpul-cli", "token": token}
    )

    assert answer.status_code == 400
    assert door.refresh(token).status_code == 200


def test_signing_out_ends_what_the_browser_gave(door: Door):
    browser = door.signed_in("applicant")
    location = door.authorize(browser).location
    tokens = door.redeem(location.split("code=")[1].split("&")[0]).get_json()

    browser.get("/masuk/akun")
    browser.post("/masuk/keluar")

    assert door.refresh(tokens["refresh_token"]).status_code == 400
    assert door.me(tokens["access_token"]).get_json()["code"] == "session_revoked"
