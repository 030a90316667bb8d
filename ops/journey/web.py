"""An HTTP client of one address: timeouts, JSON in and out, unexpected answers in one line."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import urllib3

from ops.speech import choose

TIMEOUT = urllib3.Timeout(connect=3, read=30)
FORM = "application/x-www-form-urlencoded"


class Unexpected(Exception):
    """An answer was not the expected one; the message says which and what it was."""


@dataclass(frozen=True)
class Answer:
    """Status, headers and body of an answer."""

    status: int
    headers: urllib3.HTTPHeaderDict
    body: bytes

    def all_headers(self, name: str) -> list[str]:
        return list(self.headers.getlist(name))

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise Unexpected(f"no JSON in {self.body[:200]!r}") from None

    @property
    def etag(self) -> str:
        return self.headers.get("ETag", "")


@dataclass
class Web:
    """A client of one address, with its own connections and no cookies."""

    url: str
    pool: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(timeout=TIMEOUT, retries=False)
    )

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request, without following redirects. Raises `Unexpected` when offline."""
        address = path if path.startswith("http") else self.url + path
        try:
            reply = self.pool.request(
                method, address, body=body, headers=dict(headers or {}), redirect=False
            )
        except urllib3.exceptions.NewConnectionError as error:
            why = choose("tidak ada yang menjawab", "nothing answers")
            raise Unexpected(f"{address}: {why}") from error
        except urllib3.exceptions.HTTPError as error:
            raise Unexpected(f"{address}: {error}") from error
        return Answer(reply.status, reply.headers, reply.data)

    def post_form(
        self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        return self.call(
            "POST", path, urlencode(fields).encode(), {"Content-Type": FORM, **(headers or {})}
        )


@dataclass
class Person:
    """A signed-in person; calls carry their token."""

    key: str
    account: Mapping[str, Any]
    web: Web
    token: str

    @property
    def name(self) -> str:
        return str(self.account["name"])

    def get(self, path: str) -> Any:
        return expect(200, self.call("GET", path)).json()

    def load(self, path: str) -> tuple[Any, str]:
        """Read a resource together with its ETag."""
        answer = expect(200, self.call("GET", path))
        return answer.json(), answer.etag

    def send(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        etag: str = "",
        status: int | tuple[int, ...] = (200, 201),
    ) -> Answer:
        """Change something, with an idempotency key where it is a POST."""
        headers = {"Content-Type": "application/json"} if content is not None else {}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if etag:
            headers["If-Match"] = etag
        body = None if content is None else json.dumps(content).encode()
        return expect(status, self.call(method, path, body, headers))

    def upload(self, path: str, name: str, content: bytes) -> Any:
        body, kind = urllib3.encode_multipart_formdata({"file": (name, content, "application/pdf")})
        headers = {"Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}
        return expect(201, self.call("POST", path, body, headers)).json()

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        bearer = {"Authorization": f"Bearer {self.token}", "Accept-Language": "id"}
        return self.web.call(method, path, body, {**bearer, **(headers or {})})


def expect(status: int | tuple[int, ...], answer: Answer) -> Answer:
    """Return the answer. Raises `Unexpected` when its status is another."""
    allowed = (status,) if isinstance(status, int) else status
    if answer.status not in allowed:
        raise Unexpected(
            f"status {answer.status}, {choose('bukan', 'not')} {status}: {_told(answer)}"
        )
    return answer


def _told(answer: Answer) -> str:
    """Return what a problem says, or how another body begins."""
    try:
        problem = json.loads(answer.body)
        fields = [f"{error['pointer']}: {error['detail']}" for error in problem.get("errors", ())]
        return " ".join([problem["detail"], f"({problem['code']})", *fields])
    except (ValueError, KeyError, TypeError, AttributeError):
        return answer.body[:400].decode(errors="replace")
