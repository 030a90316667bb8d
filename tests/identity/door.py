"""A browser at identity's pages and an application at its OAuth endpoints."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis.process.regions import in_region
from services.identity.models import Account, db
from tests.identity import demo

REDIRECT = "http://simpul.test/portal/callback"
VERIFIER = "a-verifier-of-the-test-that-is-long-enough-0123456789"
ENROLMENT = "/masuk/pasang-autentikator"
ALL_SCOPES = "openid profile identity offline_access"


def challenge(verifier: str = VERIFIER) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def secret_on(page: TestResponse) -> str:
    """Return the secret that the page of an enrolment shows."""
    return page.text.split('data-text="')[1].split('"')[0]


def query_of(location: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}


@dataclass
class Browser:
    """Keeps cookies, follows nothing by itself."""

    client: FlaskClient
    csrf: str = field(default="")

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        response = self.client.get(path, **kwargs)
        found = re.search(r'name="csrf_token" value="([^"]+)"', response.text)
        self.csrf = found.group(1) if found else self.csrf
        return response

    def post(self, path: str, **fields: str) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.csrf, **fields})

    def post_from(self, address: str, path: str, **fields: str) -> TestResponse:
        return self.client.post(
            path,
            data={"csrf_token": self.csrf, **fields},
            environ_base={"REMOTE_ADDR": address},
        )


class Door:
    """Identity with its own keys and the demo region."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self.folder = folder

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def account(self, key: str) -> dict[str, Any]:
        return demo.account(self.folder, key)

    def code_of(self, key: str) -> str:
        return pyotp.TOTP(self.account(key)["totp_secret"]).now()

    def sign_in(
        self, browser: Browser, key: str, *, totp: str | None = None, **more: str
    ) -> TestResponse:
        """Fill in the form once; `totp` is sent along when given."""
        browser.get("/masuk")
        account = self.account(key)
        extra = {"totp": totp} if totp else {}
        return browser.post(
            "/masuk", nip=account["nip"], password=account["password"], **extra, **more
        )

    def signed_in(self, key: str) -> Browser:
        browser = self.browser()
        secret = self.account(key)["totp_secret"]
        response = self.sign_in(browser, key, totp=pyotp.TOTP(secret).now() if secret else None)
        assert response.status_code == 303, response.text
        assert response.location == "/masuk/akun"
        return browser

    def take_away_the_authenticator(self, key: str) -> None:
        """Make an account of the demo one that has never set up a second factor."""
        with self.app.app_context(), in_region("demo"), db.transaction() as session:
            account = session.get_one(Account, demo.employee_id(self.app, self.folder, key))
            account.totp_sealed = account.totp_confirmed_at = account.totp_last_counter = None

    def set_up(self, browser: Browser, *, at: int | None = None, **more: str) -> TestResponse:
        """Set an authenticator up as the page says; return the sheet of recovery codes."""
        code = pyotp.TOTP(secret_on(browser.get(ENROLMENT)))
        return browser.post(ENROLMENT, totp=code.now() if at is None else code.at(at), **more)

    def asked(self, **changes: str | None) -> dict[str, str]:
        """What an application asks the authorization endpoint for."""
        asked = {
            "response_type": "code",
            "client_id": "simpul-portal",
            "redirect_uri": REDIRECT,
            "scope": ALL_SCOPES,
            "state": "the-state",
            "nonce": "a-nonce",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **changes,
        }
        return {key: value for key, value in asked.items() if value is not None}

    def authorize(self, browser: Browser, **changes: str | None) -> TestResponse:
        return browser.get(f"/oauth/authorize?{urlencode(self.asked(**changes))}")

    def code(self, key: str = "applicant", **changes: str | None) -> str:
        """Sign somebody in and return the code an application gets."""
        location = self.authorize(self.signed_in(key), **changes).location
        return query_of(location)["code"]

    def token(self, **fields: str) -> TestResponse:
        return self.app.test_client().post("/oauth/token", data=fields)

    def redeem(self, code: str, **changes: str) -> TestResponse:
        return self.token(
            **{
                "grant_type": "authorization_code",
                "client_id": "simpul-portal",
                "redirect_uri": REDIRECT,
                "code": code,
                "code_verifier": VERIFIER,
                **changes,
            }
        )

    def tokens(self, key: str = "applicant", **changes: str | None) -> dict[str, Any]:
        response = self.redeem(self.code(key, **changes))
        assert response.status_code == 200, response.text
        return dict(response.get_json())

    def refresh(self, token: str, **changes: str) -> TestResponse:
        return self.token(
            **{
                "grant_type": "refresh_token",
                "client_id": "simpul-portal",
                "refresh_token": token,
                **changes,
            }
        )

    def me(self, access_token: str) -> TestResponse:
        return self.app.test_client().get(
            "/api/identity/v1/me", headers={"Authorization": f"Bearer {access_token}"}
        )
