"""Sign-in of a person by a program: code with PKCE, forms filled in as by a browser."""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pyotp

from chassis.process.manifest import discover, person_scopes
from ops.journey.web import Answer, Person, Unexpected, Web, expect

CLIENT = "simpul-cli"
CALLBACK = "http://127.0.0.1/callback"
MOST_PAGES = 12
CODE_LASTS = 30
MOST_CODES = 3
REDIRECTS = (301, 302, 303, 307)


@dataclass(frozen=True)
class Authorized:
    """What a program holds between the sign-in of a person and their tokens."""

    web: Web
    code: str
    verifier: str

    def redeem(self) -> Answer:
        """Ask for the tokens."""
        return self.web.post_form(
            "/oauth/token",
            {
                "grant_type": "authorization_code",
                "code": self.code,
                "redirect_uri": CALLBACK,
                "client_id": CLIENT,
                "code_verifier": self.verifier,
            },
        )


def sign_in(web: Web, key: str, account: Mapping[str, Any]) -> Person:
    """Sign a demo account in and return its owner with an access token.

    Raises `Unexpected` when a page or an answer is not what the standard or the form promises.
    """
    token = expect(200, authorize(web, key, account).redeem()).json()
    return Person(key, account, web, str(token["access_token"]))


def authorize(web: Web, key: str, account: Mapping[str, Any]) -> Authorized:
    """Sign a demo account in as far as the code. Raises `Unexpected`."""
    verifier = secrets.token_urlsafe(48)
    state = secrets.token_urlsafe(16)
    callback = _Browser(web, account).walk(f"/oauth/authorize?{_request(verifier, state)}")
    answer = parse_qs(urlsplit(callback).query)
    if answer.get("state") != [state] or "code" not in answer:
        raise Unexpected(f"sign-in of {key} ended at {callback!r}")
    return Authorized(web, answer["code"][0], verifier)


def codes_to_try(secret: str) -> Iterator[str]:
    """Yield codes until one is taken: of now, then the next, then of the next that begins.

    A code is good once and somebody may have used it, but identity takes the next one a step early.
    Only the third is waited for.
    """
    codes = pyotp.TOTP(secret, interval=CODE_LASTS)
    yield codes.now()
    while True:
        now = time.time()
        yield codes.at(int(now), counter_offset=1)
        time.sleep(CODE_LASTS - now % CODE_LASTS + 0.5)


def _request(verifier: str, state: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlencode(
        {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": CALLBACK,
            "scope": " ".join(set(person_scopes(discover())) - {"offline_access"}),
            "state": state,
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    )


@dataclass
class _Browser:
    """Follows redirects, keeps cookies, fills in forms."""

    web: Web
    account: Mapping[str, Any]
    cookies: dict[str, str] = field(default_factory=dict)
    seen: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._codes = codes_to_try(self.account.get("totp_secret") or "")

    def walk(self, path: str) -> str:
        """Follow redirects and fill in forms until the callback address; return it."""
        method = "GET"
        fields: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            answer = self._open(method, path, fields)
            if answer.status in REDIRECTS:
                path = urljoin(path, answer.headers["Location"])
                if path.startswith(CALLBACK):
                    return path
                method, fields = "GET", {}
            else:
                form = _form_of(answer)
                self._refuse_loop(form)
                path, method, fields = urljoin(path, form.action or path), "POST", self._fill(form)
        raise Unexpected(f"sign-in of {self.account['key']} does not end; last page {path}")

    def _open(self, method: str, path: str, fields: Mapping[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Accept": "text/html", "Accept-Language": "id"}
        if method == "GET":
            answer = self.web.call("GET", path, headers=headers)
        else:
            origin = {"Origin": self.web.url, "Referer": urljoin(self.web.url, path)}
            answer = self.web.post_form(path, fields, {**headers, **origin})
        self._store_cookies(answer)
        return answer

    def _store_cookies(self, answer: Answer) -> None:
        for line in answer.all_headers("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value

    def _refuse_loop(self, form: "_Form") -> None:
        """A form shown again was refused. A code is good once, so others are tried."""
        visible = [item["name"] for item in form.fields if item.get("type") != "hidden"]
        asks_code = any(_is_code(item) for item in form.fields)
        if self.seen.count(visible) >= (MOST_CODES if asks_code else 1):
            raise Unexpected(f"sign-in of {self.account['key']} was refused")
        self.seen.append(visible)

    def _fill(self, form: "_Form") -> dict[str, str]:
        return {item["name"]: self._answer_to(item) for item in form.fields}

    def _answer_to(self, item: Mapping[str, str]) -> str:
        if item.get("type") == "hidden":
            return item.get("value", "")
        if item.get("name") == "region":
            return str(self.account["region"])
        if item.get("type") == "password":
            return str(self.account["password"])
        if _is_code(item):
            return next(self._codes)
        return str(self.account["nip"])


def _is_code(item: Mapping[str, str]) -> bool:
    hint = f"{item['name']} {item.get('autocomplete', '')}".lower()
    return any(word in hint for word in ("one-time-code", "otp", "kode"))


class _Form(HTMLParser):
    """The form of a page that signs somebody in: the one with a visible field."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[dict[str, str]] = []
        self._complete = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if self._complete:
            return
        if tag == "form":
            self.action, self.fields = attributes.get("action", ""), []
        elif tag in {"input", "select"} and attributes.get("name") and not _is_left(attributes):
            self.fields.append(attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and any(item.get("type") != "hidden" for item in self.fields):
            self._complete = True


def _is_left(attributes: Mapping[str, str]) -> bool:
    """Say whether a person may leave it as it is: that the computer is shared, for one."""
    return attributes.get("type") == "checkbox"


def _form_of(answer: Answer) -> _Form:
    form = _Form()
    form.feed(expect((200, 400, 401, 422), answer).body.decode())
    if not form.fields:
        raise Unexpected(f"no form to fill in: {answer.body[:300]!r}")
    return form
