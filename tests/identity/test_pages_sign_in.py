"""The sign-in pages, as a browser without JavaScript sees them."""

import re
import sqlite3
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
import time_machine
from sqlalchemy import event, select, update

from chassis.process.clock import now
from chassis.process.regions import all_regions, in_region
from services.identity.adapters.hashing import Hasher
from services.identity.models import Account, Employee, SignInSession, db
from tests.identity import demo
from tests.identity.conftest import Build
from tests.identity.door import Browser, Door


def _cookie(browser: Browser, name: str) -> str | None:
    cookie = browser.client.get_cookie(name)
    return cookie.value if cookie else None


def test_the_form_asks_for_nip_and_password_and_needs_no_script(door: Door):
    page = door.browser().get("/masuk")

    assert page.status_code == 200
    assert {"nip", "password", "csrf_token"} <= set(re.findall(r'name="([a-z_]+)"', page.text))
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert 'name="viewport"' in page.text


def test_the_page_lets_nothing_foreign_in(door: Door):
    headers = door.browser().get("/masuk").headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize(
    ("redirect_uri", "allowed"),
    [
        ("http://127.0.0.1/callback", "form-action 'self' http://127.0.0.1"),
        ("http://evil.example/callback", "form-action 'self'"),
    ],
)
def test_the_form_may_lead_to_the_application_it_signs_in_for_and_no_other(
    door: Door, redirect_uri: str, allowed: str
):
    asked = {"client_id": "simpul-cli", "redirect_uri": redirect_uri}
    wanted = f"/oauth/authorize?{urlencode(asked)}"

    page = door.browser().get(f"/masuk?{urlencode({'next': wanted})}")

    assert page.headers["Content-Security-Policy"].endswith(allowed)


def test_the_style_sheet_is_ours(door: Door):
    sheet = door.browser().get("/masuk/masuk.css")

    assert sheet.status_code == 200
    assert sheet.content_type.startswith("text/css")
    assert "url(" not in sheet.text
    assert "@import" not in sheet.text


def test_the_page_speaks_english_to_who_asks_for_it(door: Door):
    english = door.browser().get("/masuk", headers={"Accept-Language": "en"})

    assert "Sign in" in english.text
    assert '<html lang="en">' in english.text


def test_the_right_password_opens_and_the_cookie_is_kept_from_scripts(door: Door):
    browser = door.browser()

    response = door.sign_in(browser, "applicant")

    assert response.status_code == 303
    assert response.location == "/masuk/akun"
    cookie = next(c for c in response.headers.getlist("Set-Cookie") if "simpul_session" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Andini Contoh" in browser.get("/masuk/akun").text


def test_over_https_cookies_are_pinned_to_the_host(build_app: Build, demo_copy: Path):
    door = Door(build_app(PUBLIC_URL="https://simpul.test"), demo_copy)

    cookies = door.browser().get("/masuk").headers.getlist("Set-Cookie")

    assert cookies[0].startswith("__Host-simpul_browser=")
    assert "Secure" in cookies[0]
    assert "Path=/" in cookies[0]


@pytest.mark.parametrize(
    "form",
    [
        "{} {} {} {}",
        "{}.{}.{}.{}",
        "{}{}{}{}\u200b",
        "\u202a{}{}{}{}\u202c",
        "{}-{}-{}-{}",
        "'{}{}{}{}",
    ],
)
def test_the_nip_may_be_typed_in_any_notation(door: Door, form: str):
    browser = door.browser()
    browser.get("/masuk")
    account = door.account("applicant")
    nip = account["nip"]

    response = browser.post(
        "/masuk",
        nip=form.format(nip[:8], nip[8:14], nip[14], nip[15:]),
        password=account["password"],
    )

    assert response.status_code == 303


def _message(page: Any) -> str:
    found = re.search(r'role="alert">(.*?)</div>', page.text, re.DOTALL)
    return unescape(found.group(1).strip()) if found else ""


def test_a_wrong_password_and_an_unknown_nip_are_answered_alike(door: Door):
    browser = door.browser()
    browser.get("/masuk")

    wrong = browser.post("/masuk", nip=door.account("applicant")["nip"], password="salah sekali")
    unknown = browser.post("/masuk", nip="198001012005011777", password="salah sekali")

    assert wrong.status_code == unknown.status_code == 401
    assert _message(wrong) == _message(unknown) != ""
    same = re.compile(r'value="\d{18}"')
    assert same.sub("", wrong.text) == same.sub("", unknown.text)


def test_an_unknown_nip_costs_as_much_hashing_as_a_wrong_password(
    door: Door, monkeypatch: pytest.MonkeyPatch
):
    browser = door.browser()
    browser.get("/masuk")
    calls: list[str | None] = []
    real = Hasher.verify
    monkeypatch.setattr(
        Hasher,
        "verify",
        lambda self, stored, given: calls.append(stored) or real(self, stored, given),
    )

    browser.post("/masuk", nip=door.account("applicant")["nip"], password="salah sekali")
    known = len(calls)
    browser.post("/masuk", nip="198001012005011777", password="salah sekali")

    assert known == 1
    assert len(calls) == 2
    assert calls[1] is None


def test_a_nip_with_month_13_is_called_wrong_before_anything_else(door: Door):
    browser = door.browser()
    browser.get("/masuk")

    page = browser.post("/masuk", nip="199001012015131999", password="x")

    assert page.status_code == 422
    assert "NIP" in _message(page)


def test_a_deactivated_person_is_answered_like_a_stranger(door: Door):
    with door.app.app_context(), in_region("demo"), db.transaction() as session:
        person = demo.employee_id(door.app, door.folder, "applicant")
        session.execute(update(Employee).where(Employee.id == person).values(active=False))
    browser = door.browser()

    assert door.sign_in(browser, "applicant").status_code == 401


def test_an_account_without_password_cannot_be_entered(door: Door):
    with door.app.app_context(), in_region("demo"), db.transaction() as session:
        person = demo.employee_id(door.app, door.folder, "applicant")
        session.execute(
            update(Account).where(Account.employee_id == person).values(password_hash=None)
        )
    browser = door.browser()
    browser.get("/masuk")

    for password in ("", "the password of an account that does not exist"):
        answer = browser.post("/masuk", nip=door.account("applicant")["nip"], password=password)
        assert answer.status_code == 401


@pytest.mark.parametrize("token", ["", "wrong", None])
def test_a_form_without_its_token_is_refused(door: Door, token: str | None):
    browser = door.browser()
    browser.get("/masuk")
    account = door.account("applicant")
    fields = {"nip": account["nip"], "password": account["password"]}

    response = browser.client.post(
        "/masuk", data=fields if token is None else {**fields, "csrf_token": token}
    )

    assert response.status_code == 403
    assert response.content_type.startswith("text/html")
    assert _cookie(browser, "simpul_session") is None


def test_a_form_token_of_another_browser_is_refused(door: Door):
    mine, theirs = door.browser(), door.browser()
    mine.get("/masuk")
    theirs.get("/masuk")
    account = door.account("applicant")
    mine.csrf = theirs.csrf

    response = mine.post("/masuk", nip=account["nip"], password=account["password"])

    assert response.status_code == 403


def test_a_form_posted_from_another_site_is_refused(door: Door):
    browser = door.browser()
    browser.get("/masuk")
    account = door.account("applicant")

    response = browser.client.post(
        "/masuk",
        data={
            "csrf_token": browser.csrf,
            "nip": account["nip"],
            "password": account["password"],
        },
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert response.status_code == 403


def test_who_guesses_has_to_wait_and_the_right_password_waits_too(door: Door):
    browser = door.browser()
    browser.get("/masuk")
    account = door.account("applicant")

    for _ in range(5):
        assert browser.post("/masuk", nip=account["nip"], password="salah").status_code == 401
    blocked = browser.post("/masuk", nip=account["nip"], password=account["password"])

    assert blocked.status_code == 429
    assert "detik" in _message(blocked)
    with time_machine.travel(now() + timedelta(seconds=31)):
        assert (
            browser.post("/masuk", nip=account["nip"], password=account["password"]).status_code
            == 303
        )


def test_guesses_under_a_clock_that_ran_ahead_keep_nobody_out_once_it_was_set_back(door: Door):
    browser = door.browser()
    browser.get("/masuk")
    account = door.account("applicant")

    with time_machine.travel(now() + timedelta(days=1)):
        browser.get("/masuk")
        for _ in range(6):
            browser.post("/masuk", nip=account["nip"], password="salah")
    browser.get("/masuk")
    signed_in = browser.post("/masuk", nip=account["nip"], password=account["password"])

    assert signed_in.status_code == 303


def test_an_unknown_nip_is_throttled_just_the_same(door: Door):
    browser = door.browser()
    browser.get("/masuk")

    answers = [
        browser.post("/masuk", nip="198001012005011777", password="salah").status_code
        for _ in range(6)
    ]

    assert answers == [401] * 5 + [429]


def test_a_colleague_at_the_same_address_is_not_held_up(door: Door):
    browser = door.browser()
    browser.get("/masuk")
    for _ in range(6):
        browser.post("/masuk", nip=door.account("applicant")["nip"], password="salah")

    assert door.sign_in(door.browser(), "umpeg").status_code == 303


def test_many_addresses_reach_the_password_check_twenty_times(door: Door):
    browser = door.browser()
    browser.get("/masuk")
    nip = door.account("applicant")["nip"]

    answers = [
        browser.post_from(f"10.0.{n // 4}.1", "/masuk", nip=nip, password="salah").status_code
        for n in range(40)
    ]

    assert answers.count(401) == 20
    assert answers[-1] == 429


def test_the_address_is_the_network_that_the_edge_counts_and_no_header(door: Door):
    browser = door.browser()
    browser.get("/masuk")
    nip = door.account("applicant")["nip"]

    def guess(address: str) -> int:
        return browser.client.post(
            "/masuk",
            data={"csrf_token": browser.csrf, "nip": nip, "password": "salah"},
            headers={"X-Forwarded-For": address},
            environ_base={"REMOTE_ADDR": address},
        ).status_code

    answers = [guess(f"2001:db8::{n}") for n in range(6)]

    assert answers == [401] * 5 + [429]
    assert guess("2001:db8:0:1::1") == 401


def test_the_second_factor_is_asked_on_a_page_of_its_own(door: Door):
    browser = door.browser()

    first = door.sign_in(browser, "bkpsdm_head")
    assert first.location == "/masuk/kode"
    assert browser.get("/masuk/akun").status_code == 303
    browser.get("/masuk/kode")
    second = browser.post("/masuk/kode", totp=door.code_of("bkpsdm_head"))

    assert second.location == "/masuk/akun"
    assert "Orkid Contoh" in browser.get("/masuk/akun").text


def test_half_a_sign_in_gets_no_code_for_an_application(door: Door):
    browser = door.browser()
    door.sign_in(browser, "bkpsdm_head")

    assert door.authorize(browser).location.startswith("/masuk?")


def test_a_script_may_send_everything_at_once(door: Door):
    browser = door.browser()

    response = door.sign_in(browser, "bkpsdm_head", totp=door.code_of("bkpsdm_head"))

    assert response.location == "/masuk/akun"


def test_a_wrong_code_sent_at_once_is_answered_like_a_wrong_password(door: Door):
    browser = door.browser()

    response = door.sign_in(browser, "bkpsdm_head", totp="000000")
    wrong_password = door.sign_in(browser, "bkpsdm_head", totp="000000", region="none")

    assert response.status_code == wrong_password.status_code == 401
    assert _message(response) == _message(wrong_password)
    assert "kode" in _message(response)
    assert _cookie(browser, "simpul_session") is None


def test_the_language_chosen_in_the_portal_holds_here_too(door: Door):
    browser = door.signed_in("applicant")
    browser.client.set_cookie("simpul_language", "en")

    page = browser.get("/masuk/akun", headers={"Accept-Language": "id"}).text

    assert '<html lang="en">' in page
    assert "Signed in as Andini Contoh" in page


def test_starting_again_still_leads_where_one_was_going(door: Door):
    browser = door.browser()
    door.sign_in(browser, "bkpsdm_head")

    code = browser.get("/masuk/kode?next=%2Fportal%2Ftugas%3Fx%3D1")
    forged = browser.client.post("/masuk", data={"next": "/portal/tugas?x=1"})
    elsewhere = browser.client.post("/masuk", data={"next": "https://evil.example/"})

    assert forged.status_code == 403
    assert 'href="/masuk?next=%2Fportal%2Ftugas%3Fx%3D1"' in code.text
    assert 'name="next" value="/portal/tugas?x=1"' in forged.text
    assert "evil.example" not in elsewhere.text


def test_a_sign_in_page_that_is_too_old_keeps_the_nip_and_can_be_sent_again(door: Door):
    browser, account = door.browser(), door.account("applicant")
    browser.csrf = "of-another-day"

    old = browser.post("/masuk", nip=account["nip"], password=account["password"])
    browser.csrf = old.text.split('name="csrf_token" value="')[1].split('"')[0]
    again = browser.post("/masuk", nip=account["nip"], password=account["password"])

    assert old.status_code == 403
    assert "kedaluwarsa" in _message(old)
    assert f'value="{account["nip"]}"' in old.text
    assert account["password"] not in old.text
    assert again.location == "/masuk/akun"


def test_a_sign_in_that_took_too_long_says_so(door: Door):
    browser = door.browser()
    door.sign_in(browser, "bkpsdm_head")
    browser.get("/masuk/kode?next=%2Fportal%2F")

    with time_machine.travel(now() + timedelta(minutes=11)):
        answer = browser.post("/masuk/kode", totp="123456", next="/portal/")
        page = browser.get(answer.location)

    assert "sudah berakhir" in _message(page)
    assert 'name="next" value="/portal/"' in page.text


def test_the_way_to_the_portal_signs_in_there(door: Door):
    assert (
        '<a href="/portal/masuk">Portal</a>' in door.signed_in("applicant").get("/masuk/akun").text
    )


def test_where_no_code_is_asked_the_answer_speaks_of_none(door: Door):
    browser = door.browser()
    browser.get("/masuk")

    response = browser.post("/masuk", nip=door.account("applicant")["nip"], password="salah")

    assert "NIP atau kata sandi" in _message(response)
    assert "kode" not in _message(response)


def test_a_name_that_ends_in_a_full_stop_gets_no_second_one(door: Door):
    page = door.signed_in("applicant").get("/masuk/akun").text

    assert "Andini Contoh, S.Kom.</p>" in page


def test_a_code_serves_one_sign_in(door: Door):
    code = door.code_of("bkpsdm_head")

    assert door.sign_in(door.browser(), "bkpsdm_head", totp=code).status_code == 303
    assert door.sign_in(door.browser(), "bkpsdm_head", totp=code).status_code == 401


def test_five_wrong_codes_end_the_attempt(door: Door):
    browser = door.browser()
    door.sign_in(browser, "bkpsdm_head")
    browser.get("/masuk/kode")

    answers = [
        browser.post_from(f"10.0.0.{n}", "/masuk/kode", totp="000000").status_code for n in range(6)
    ]

    assert answers == [401] * 6
    ended = browser.post("/masuk/kode", totp=door.code_of("bkpsdm_head"))
    assert ended.location == "/masuk?habis=1"


def test_the_session_secret_changes_when_its_rights_grow(door: Door):
    browser = door.browser()
    door.sign_in(browser, "bkpsdm_head")
    before = _cookie(browser, "simpul_session")
    browser.get("/masuk/kode")

    browser.post("/masuk/kode", totp=door.code_of("bkpsdm_head"))

    assert before != _cookie(browser, "simpul_session")


def test_half_a_sign_in_is_forgotten_after_ten_minutes(door: Door):
    browser = door.browser()
    door.sign_in(browser, "bkpsdm_head")

    with time_machine.travel(now() + timedelta(minutes=11)):
        assert browser.get("/masuk/kode").location == "/masuk?habis=1"


def test_a_session_ends_after_eight_hours(door: Door):
    browser = door.signed_in("applicant")

    with time_machine.travel(now() + timedelta(hours=8, minutes=1)):
        assert browser.get("/masuk/akun").status_code == 303


def test_signing_out_takes_a_form_and_ends_the_session(door: Door):
    browser = door.signed_in("applicant")
    secret = _cookie(browser, "simpul_session")
    assert browser.client.get("/masuk/keluar").status_code == 405
    browser.get("/masuk/akun")

    assert browser.post("/masuk/keluar").status_code == 200

    browser.client.set_cookie("simpul_session", secret or "")
    assert browser.get("/masuk/akun").status_code == 303


def test_after_signing_in_nobody_is_sent_off_the_site(door: Door):
    browser = door.browser()

    response = door.sign_in(browser, "applicant", next="https://evil.example/")

    assert response.location == "/masuk/akun"


def test_neither_password_nor_session_secret_lies_in_the_database_as_it_is(door: Door):
    browser = door.signed_in("applicant")

    with door.app.app_context(), all_regions():
        hashes = db.session.scalars(select(Account.password_hash)).all()
        prints = db.session.scalars(select(SignInSession.fingerprint)).all()

    assert all(item and item.startswith("$argon2id$") for item in hashes)
    assert _cookie(browser, "simpul_session") not in prints


def _sheet_of_codes(door: Door) -> Any:
    door.take_away_the_authenticator("umpeg")
    browser = door.browser()
    door.sign_in(browser, "umpeg")
    return door.set_up(browser)


def test_recovery_codes_are_downloaded_copied_and_printed_from_the_page_that_shows_them_once(
    door: Door,
):
    sheet = _sheet_of_codes(door)
    codes = re.findall(r"<li>([2-9a-z-]{19})</li>", sheet.text)

    download = re.search(
        r'download="[\w.-]+" href="data:text/plain;charset=utf-8,([^"]+)"', sheet.text
    )
    assert download is not None
    saved = unquote(download[1])
    assert [line for line in saved.splitlines() if line in codes] == codes
    assert "data-copy" in sheet.text
    assert "data-print" in sheet.text
    assert "script-src 'self'" in sheet.headers["Content-Security-Policy"]
    assert door.browser().get("/masuk/kode.js").mimetype == "text/javascript"
    assert "script-src" not in door.browser().get("/masuk").headers["Content-Security-Policy"]


def test_a_recovery_code_opens_once_instead_of_the_phone(door: Door):
    sheet = _sheet_of_codes(door)
    code = re.findall(r"<li>([2-9a-z-]{19})</li>", sheet.text)[0]

    def recover() -> Any:
        other = door.browser()
        door.sign_in(other, "umpeg")
        other.get("/masuk/pemulihan")
        return other.post("/masuk/pemulihan", recovery_code=code.upper())

    assert recover().location == "/masuk/akun"
    assert recover().status_code == 401


def test_changing_the_password_asks_for_the_old_one_and_ends_other_sessions(door: Door):
    browser, other = door.signed_in("applicant"), door.signed_in("applicant")
    browser.get("/masuk/akun")
    new = {"new_password": "sungai tenang hanyut", "new_password_again": "sungai tenang hanyut"}

    wrong = browser.post("/masuk/kata-sandi", old_password="bukan itu", **new)
    right = browser.post(
        "/masuk/kata-sandi", old_password=door.account("applicant")["password"], **new
    )

    assert wrong.status_code == 422
    assert right.status_code == 200
    assert browser.get("/masuk/akun").status_code == 200
    assert other.get("/masuk/akun").status_code == 303
    assert door.sign_in(door.browser(), "applicant").status_code == 401


def test_the_old_password_again_is_no_new_password(door: Door):
    browser = door.signed_in("applicant")
    browser.get("/masuk/akun")
    old = door.account("applicant")["password"]

    page = browser.post(
        "/masuk/kata-sandi", old_password=old, new_password=old, new_password_again=old
    )

    assert page.status_code == 422
    assert "berbeda" in _message(page)


def test_a_password_that_must_be_changed_is_changed_before_anything_else(door: Door):
    with door.app.app_context(), in_region("demo"), db.transaction() as session:
        person = demo.employee_id(door.app, door.folder, "applicant")
        session.execute(
            update(Account).where(Account.employee_id == person).values(must_change_password=True)
        )
    browser = door.browser()
    assert door.sign_in(browser, "applicant").location == "/masuk/kata-sandi-baru"
    assert door.authorize(browser).location.startswith("/masuk?")
    browser.get("/masuk/kata-sandi-baru")

    differ = browser.post(
        "/masuk/kata-sandi-baru", new_password="sungai tenang", new_password_again="sungai"
    )
    weak = browser.post(
        "/masuk/kata-sandi-baru", new_password="rahasia", new_password_again="rahasia"
    )
    done = browser.post(
        "/masuk/kata-sandi-baru",
        new_password="sungai tenang hanyut",
        new_password_again="sungai tenang hanyut",
    )

    assert differ.status_code == weak.status_code == 422
    assert done.location == "/masuk/akun"
    tokens = door.redeem(_code(door, browser)).get_json()
    assert door.me(tokens["access_token"]).status_code == 200


def _code(door: Door, browser: Browser) -> str:
    return door.authorize(browser).location.split("code=")[1].split("&")[0]


def test_without_its_database_a_person_is_told_so_and_when_to_come_back(door: Door):
    def be_away(*_statement: object) -> None:
        raise sqlite3.OperationalError("the database is away")

    with door.app.app_context():
        engine = db.engine
    browser = door.browser()
    browser.get("/masuk")
    event.listen(engine, "before_cursor_execute", be_away)
    form = browser.get("/masuk")
    page = browser.post("/masuk", nip="199001012015011901", password="some-words-of-a-demo")
    event.remove(engine, "before_cursor_execute", be_away)

    assert form.status_code == 200
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "5"
    assert page.content_type.startswith("text/html")
