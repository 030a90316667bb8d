"""The one client of the public API: bearer, language and request id go along.

Tokens never go to a log.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from portal.shell.transport import Answer, Call, EdgeUnreachable, Transport

UNAVAILABLE = (502, 503, 504)
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))


class ApiRefused(Exception):
    """The API said no. `errors` maps a JSON pointer to what to tell beside that field."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', 'unknown')}")
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.detail = str(problem.get("detail") or problem.get("title") or "")
        self.request_id = str(problem.get("request_id", ""))
        self.end_reason = str(problem.get("end_reason", ""))
        self.end_reason_label = str(problem.get("end_reason_label", ""))
        self.errors = {
            str(error.get("pointer", "")): str(error.get("detail", ""))
            for error in problem.get("errors") or ()
        }

    @property
    def is_stale(self) -> bool:
        """Somebody was faster: the version is old (412) or the stage has moved (409)."""
        return self.status in (409, 412)


class SignInNeeded(Exception):
    """There is no valid token (any more); `why` says in a sentence what ended it, if told."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


class ApiUnavailable(Exception):
    """The service behind this call is down."""


@dataclass(frozen=True)
class Reply:
    """A successful answer."""

    data: Any
    etag: str | None


class ApiClient:
    """Calls on behalf of one person, or of nobody when `token` is None."""

    def __init__(
        self,
        transport: Transport,
        *,
        token: str | None = None,
        language: str = "id",
        request_id: str | None = None,
        address: str | None = None,
    ) -> None:
        self._transport = transport
        self._address = address
        self._headers = {"Accept": "application/json", "Accept-Language": language}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        if request_id:
            self._headers["X-Request-ID"] = request_id

    def signed(self, token: str) -> "ApiClient":
        """Return the same client speaking for the owner of `token`."""
        twin = ApiClient(self._transport, address=self._address)
        twin._headers = {**self._headers, "Authorization": f"Bearer {token}"}
        return twin

    def get(self, path: str, **query: str | None) -> Any:
        return self.load(path, **query).data

    def load(self, path: str, **query: str | None) -> Reply:
        """Read a resource together with its ETag."""
        given = {name: value for name, value in query.items() if value}
        return self._json("GET", f"{path}?{urlencode(given)}" if given else path)

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        etag: str | None = None,
        key: str | None = None,
    ) -> Reply:
        """Change something: `etag` becomes If-Match, `key` Idempotency-Key.

        The answer is as small as the service makes it: whoever shows what became of the thing
        reads it again.
        """
        headers = {"Prefer": "return=minimal"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = b"" if body is None else json.dumps(body).encode()
        return self._json(method, path, content, headers | _conditions(etag, key))

    def form(self, path: str, fields: Mapping[str, str]) -> Any:
        """Post a classic form, as OAuth endpoints want it."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._json("POST", path, urlencode(fields).encode(), headers).data

    def download(self, path: str) -> Answer:
        return self._call("GET", path, b"", {"Accept": "*/*"})

    def _json(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        answer = self._call(method, path, body, headers or {})
        return Reply(json.loads(answer.body) if answer.body else None, answer.headers.get("ETag"))

    def _call(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            answer = self._transport(self._call_of(method, path, body, headers))
        except EdgeUnreachable as error:
            raise ApiUnavailable(str(error)) from None
        if answer.status == 401:
            raise SignInNeeded
        if answer.status in UNAVAILABLE:
            raise ApiUnavailable(path)
        if answer.status >= 400:
            refused = ApiRefused(answer.status, _problem(answer))
            if refused.code == "second_factor_needed":
                raise SignInNeeded(refused.detail)
            raise refused
        return answer

    def _call_of(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Call:
        return Call(method, path, {**self._headers, **headers}, body, self._address)


def _conditions(etag: str | None, key: str | None) -> dict[str, str]:
    # A form can send anything as these; what no header can hold then matches nothing.
    given = {"If-Match": etag, "Idempotency-Key": key}
    return {name: quote(value, safe=_VISIBLE) for name, value in given.items() if value}


def _problem(answer: Answer) -> dict[str, Any]:
    try:
        problem = json.loads(answer.body)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
