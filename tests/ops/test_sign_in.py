"""The journey signs in like a browser: forms filled, cookies kept, never more tries than needed."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import time_machine
import urllib3

from ops.journey.sign_in import CALLBACK, sign_in
from ops.journey.web import Answer, Unexpected

SECRET = pyotp.random_base32()
ACCOUNT = {
    "key": "bkpsdm_head",
    "nip": "197102021997032915",
    "password": "padi-cengkih",
    "name": "Contoh",
    "region": "demo",
    "totp_secret": SECRET,
}
PASSWORD_PAGE = """<form method="post" action="/masuk"><input type="hidden" name="csrf_token" value="t1">
<input name="nip" autocomplete="username"><input type="password" name="password">
<select name="region"><option value="lain">Lain</option><option value="demo">Demo</option></select>
<button type="submit" name="go">Masuk</button></form><form><input name="search"></form>"""
CODE_PAGE = """<form method="post"><input type="hidden" name="csrf_token" value="t2">
<input name="totp" autocomplete="one-time-code"></form>"""


def answer(status=200, body="", cookie=None, **headers):
    found = urllib3.HTTPHeaderDict({name.title(): value for name, value in headers.items()})
    if cookie:
        found.add("Set-Cookie", f"{cookie}; Path=/; HttpOnly")
    return Answer(status, found, body.encode())


class Provider:
    """Stands for identity: a script of answers to forms, and what was sent to it."""

    url = "http://simpul.test"

    def __init__(self, *answers_to_forms):
        self._answers = list(answers_to_forms)
        self.forms = []
        self.cookies = []
        self.request = {}

    def call(self, _method, path, _body=None, headers=None):
        self.cookies.append((headers or {}).get("Cookie", ""))
        asked = urlsplit(path)
        if asked.path == "/oauth/authorize":
            self.request = parse_qs(asked.query)
            return answer(302, location="/masuk?next=%2Foauth", cookie="visit=1")
        if asked.path == "/masuk/kode":
            return answer(200, CODE_PAGE)
        return answer(200, PASSWORD_PAGE, cookie="session=s1")

    def post_form(self, path, fields, headers=None):
        self.cookies.append((headers or {}).get("Cookie", ""))
        if path == "/oauth/token":
            return answer(200, '{"access_token": "the-token"}')
        self.forms.append((path, dict(fields)))
        return self._answers.pop(0)(self.request)


def back_to_client(request):
    return answer(302, location=f"{CALLBACK}?code=c1&state={request['state'][0]}")


def to_code_page(_request):
    return answer(302, location="/masuk/kode")


def wrong_password(_request):
    return answer(401, PASSWORD_PAGE)


def wrong_code(_request):
    return answer(401, CODE_PAGE)


def test_the_forms_are_filled_and_the_token_comes_back():
    provider = Provider(to_code_page, back_to_client)

    with time_machine.travel("2026-11-22T03:00:00Z", tick=False):
        person = sign_in(provider, "bkpsdm_head", ACCOUNT)
        code = pyotp.TOTP(SECRET).now()

    assert person.token == "the-token"
    expected = {
        "csrf_token": "t1",
        "nip": ACCOUNT["nip"],
        "password": "padi-cengkih",
        "region": "demo",
    }
    assert provider.forms == [
        ("/masuk", expected),
        ("/masuk/kode", {"csrf_token": "t2", "totp": code}),
    ]


def test_cookies_go_along_from_page_to_page():
    provider = Provider(back_to_client)

    sign_in(provider, "bkpsdm_head", ACCOUNT)

    assert provider.cookies[0] == ""
    assert provider.cookies[1] == "visit=1"
    assert provider.cookies[2] == "visit=1; session=s1"


def test_a_refused_password_is_not_sent_again():
    provider = Provider(wrong_password, wrong_password, wrong_password)

    with pytest.raises(Unexpected, match="refused"):
        sign_in(provider, "bkpsdm_head", ACCOUNT)
    assert len(provider.forms) == 1


def test_after_a_refused_code_the_next_one_is_tried_a_step_early(monkeypatch):
    """A code works once: a demo just after another one takes the next, and waits for nothing."""
    provider = Provider(to_code_page, wrong_code, back_to_client)
    monkeypatch.setattr("ops.journey.sign_in.time.sleep", lambda _seconds: pytest.fail("waited"))
    with time_machine.travel("2026-11-22T03:00:10Z", tick=False):
        sign_in(provider, "bkpsdm_head", ACCOUNT)

    assert codes_sent_to(provider) == codes_at("03:00:10", "03:00:40")


def test_when_both_were_used_it_waits_for_the_one_after(monkeypatch):
    provider = Provider(to_code_page, wrong_code, wrong_code, back_to_client)
    with time_machine.travel("2026-11-22T03:00:10Z", tick=False) as clock:
        monkeypatch.setattr("ops.journey.sign_in.time.sleep", clock.shift)

        sign_in(provider, "bkpsdm_head", ACCOUNT)

    assert codes_sent_to(provider) == codes_at("03:00:10", "03:00:40", "03:01:10")


def test_a_third_refused_code_is_the_last(monkeypatch):
    provider = Provider(to_code_page, *[wrong_code] * 5)
    monkeypatch.setattr("ops.journey.sign_in.time.sleep", lambda _seconds: None)

    with pytest.raises(Unexpected, match="refused"):
        sign_in(provider, "bkpsdm_head", ACCOUNT)
    assert len(codes_sent_to(provider)) == 3


def codes_sent_to(provider):
    return [fields["totp"] for _path, fields in provider.forms[1:]]


def codes_at(*times):
    return [pyotp.TOTP(SECRET).at(datetime.fromisoformat(f"2026-11-22T{time}Z")) for time in times]


def test_another_ones_answer_is_not_taken():
    provider = Provider(lambda _request: answer(302, location=f"{CALLBACK}?code=c1&state=forged"))

    with pytest.raises(Unexpected, match="ended at"):
        sign_in(provider, "bkpsdm_head", ACCOUNT)
