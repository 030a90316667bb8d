"""A stand-in for the edge with scripted answers, and the proposals it tells of."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug.wrappers import Request, Response

from portal.shell.app import create_app

URL = "http://simpul.test"
SECRET = "a-secret-of-this-test-with-32-characters"
PERSON = "01a20000-0000-7000-8000-000000000001"
PROPOSAL = "01a20000-0000-7000-8000-0000000000aa"
API = "/api/proposal/v1"
KEY = ECKey.generate_key("P-256", {"kid": "portal-test", "use": "sig", "alg": "ES256"})


@dataclass
class Sent:
    """One call the portal made."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class FakeEdge:
    """Answers what it was told to; everything else is a 404 problem, or what `otherwise` says."""

    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    otherwise: Any = None
    calls: list[Sent] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        sent = Sent(
            request.method,
            request.path,
            request.args.to_dict(),
            {name.lower(): value for name, value in request.headers.items()},
            request.get_data(),
        )
        self.calls.append(sent)
        otherwise = self.otherwise or (404, problem(404, "not_found"))
        answer = self.answers.get((sent.method, sent.path), otherwise)
        return _response(answer(sent) if callable(answer) else answer)(environ, start_response)

    def told(self, method: str, path: str) -> list[Sent]:
        return [call for call in self.calls if (call.method, call.path) == (method, path)]


def _response(answer: Any) -> Response:
    status, body, *headers = answer
    kind = "application/json" if status < 400 else "application/problem+json"
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(
        content, status=status, content_type=kind, headers=headers[0] if headers else None
    )


def problem(status: int, code: str, **errors: str) -> dict[str, Any]:
    return {
        "status": status,
        "code": code,
        "title": code,
        "detail": f"Penjelasan {code}.",
        "request_id": "request-1",
        "errors": [
            {"pointer": pointer, "code": "wrong", "detail": text}
            for pointer, text in errors.items()
        ],
    }


def id_token(nonce: str, **changes: Any) -> str:
    claims = {
        "iss": URL,
        "aud": ["simpul-portal"],
        "sub": PERSON,
        "nonce": nonce,
        "iat": int(time.time()),
        "exp": int(time.time()) + 600,
    } | changes
    return jwt.encode({"alg": "ES256", "kid": "portal-test"}, claims, KEY, algorithms=["ES256"])


def me(*roles: str) -> dict[str, Any]:
    return {
        "id": PERSON,
        "name": "Andini Contoh",
        "full_name": "Andini Contoh, S.Kom.",
        "roles": [{"role": role} for role in roles],
        "opd": {"id": "x", "name": "Dinas Contoh"},
        "region": {"code": "demo", "name": "Kota Contoh Raya", "zone": "Asia/Makassar"},
    }


def identity_answers(*roles: str, tokens: str = "access-1") -> dict[tuple[str, str], Any]:
    """What identity says at a sign-in; the nonce is filled in by `sign_in`."""
    return {
        ("GET", "/.well-known/jwks.json"): (200, KeySet([KEY]).as_dict(private=False)),
        ("GET", "/api/identity/v1/me"): (200, me(*roles)),
        ("POST", "/oauth/revoke"): (200, {}),
        ("GET", "/api/notification/v1/notices/counts"): (200, {"unread": 3}),
        ("GET", "/api/notification/v1/notices"): (200, page_of()),
        ("GET", f"{API}/proposals"): (200, page_of()),
        ("GET", f"{API}/inbox/queues"): (200, {"data": []}),
    }


def token_answer(nonce: str, **changes: Any) -> dict[str, Any]:
    return {
        "access_token": "access-1",
        "refresh_token": "refresh-1",
        "id_token": id_token(nonce),
        "expires_in": 600,
    } | changes


def page_of(*items: Any) -> dict[str, Any]:
    return {"data": list(items), "page": {"next_cursor": None, "has_more": False}}


def portal(edge: FakeEdge, **config: str) -> FlaskClient:
    settings = {"PUBLIC_URL": URL, "SECRET_PORTAL": SECRET, **config}
    app = create_app(settings, edge=edge)
    app.test_client_class = AtPublicUrl
    return app.test_client()


class AtPublicUrl(FlaskClient):
    """A browser that came by the public address."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{"base_url": URL, **kwargs})


def begin(client: FlaskClient, query: str = "") -> dict[str, str]:
    """Start a sign-in and return what identity would be asked."""
    location = client.get(f"/portal/masuk{query}").headers["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def sign_in(client: FlaskClient, edge: FakeEdge, *roles: str) -> None:
    edge.answers |= identity_answers(*roles)
    asked = begin(client)
    edge.answers["POST", "/oauth/token"] = (200, token_answer(asked["nonce"]))
    done = client.get(f"/portal/callback?code=c&state={asked['state']}&iss={URL}")
    assert done.status_code == 302, done.text
    edge.calls.clear()


def csrf_of(client: FlaskClient) -> str:
    return client.get("/portal/status").text.split('name="csrf_token" value="')[1].split('"')[0]
