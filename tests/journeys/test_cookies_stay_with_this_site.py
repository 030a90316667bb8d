"""Behind https every cookie is for this host and TLS alone, and kept from scripts."""

import re
from dataclasses import dataclass, field
from http.cookies import Morsel, SimpleCookie
from urllib.parse import urljoin, urlsplit

import pytest

from ops.journey.sign_in import MOST_PAGES, REDIRECTS, _Browser, _form_of
from ops.journey.web import Answer, expect
from tests.journeys.journey import Journey

OF_A_SESSION = {
    "__Host-simpul",
    "__Host-simpul_who",
    "__Host-simpul_browser",
    "__Host-simpul_session",
}
LANGUAGE = "__Host-simpul_language"
DEVICE = "__Host-simpul_device"


@dataclass
class Visitor(_Browser):
    """A browser that also remembers in which words it was told to keep something."""

    told: list[str] = field(default_factory=list)

    def _store_cookies(self, answer: Answer) -> None:
        self.told += answer.all_headers("Set-Cookie")
        super()._store_cookies(answer)

    def go(self, path: str) -> str:
        """Fill in whatever identity asks, until the portal shows a page."""
        answer = self._open("GET", path, {})
        for _ in range(MOST_PAGES):
            if answer.status in REDIRECTS:
                path = urljoin(path, answer.headers["Location"])
                answer = self._open("GET", path, {})
            elif urlsplit(path).path.startswith("/portal/"):
                return expect(200, answer).body.decode()
            else:
                form = _form_of(answer)
                path = urljoin(path, form.action or path)
                answer = self._open("POST", path, self._fill(form))
        raise AssertionError(f"still at {path}")

    def press(self, page: str, path: str, **fields: str) -> str:
        """Send a form of a page of the portal, and follow."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        answer = self._open("POST", path, {"csrf_token": found[1], **fields})
        assert answer.status in REDIRECTS
        return self.go(urljoin(path, answer.headers["Location"]))

    @property
    def cookies_told(self) -> list["Morsel[str]"]:
        return [morsel for line in self.told for morsel in SimpleCookie(line).values()]


@pytest.fixture(scope="module")
def left(journey: Journey) -> Visitor:
    """Somebody who signed in at the portal, chose a language and left."""
    account = vars(journey.system.account("applicant"))
    visitor = Visitor(journey.web, account)
    page = visitor.go("/portal/masuk")
    assert account["name"] in page
    page = visitor.press(page, "/portal/bahasa", language="en", next="/portal/")
    visitor.press(page, "/portal/keluar")
    return visitor


def test_they_travel_by_tls_only_and_no_script_or_other_site_gets_them(left: Visitor) -> None:
    told = left.cookies_told

    assert {cookie.key for cookie in told} == {*OF_A_SESSION, LANGUAGE, DEVICE}
    for cookie in told:
        kept = (
            cookie["secure"],
            cookie["httponly"],
            cookie["samesite"],
            cookie["path"],
            cookie["domain"],
        )
        assert kept == (True, True, "Lax", "/", ""), cookie.OutputString()


def test_who_left_is_told_to_forget_in_words_a_browser_obeys(left: Visitor) -> None:
    last = {cookie.key: cookie for cookie in left.cookies_told}

    for name in ("__Host-simpul_who", "__Host-simpul_session"):
        assert (last[name].value, last[name]["max-age"]) == ("", "0")
