"""People who do not give up: they send a request again, with the same key, until it is answered."""

import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from ops.journey.sign_in import sign_in
from ops.journey.web import Answer, Person, Unexpected, Web
from tests.faults.ledger import Ledger

PATIENCE = 120.0
SOON = 0.25
TRY_AGAIN = {429, 502, 503, 504}
FRESH = 240.0  # seconds; a younger token must be taken by everybody
IN_USE = "idempotency_key_in_use"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE, PIECE_TYPE = 65_536, "application/offset+octet-stream"


class GaveUp(Exception):
    """Somebody's patience ended; what became of the request is not known."""


class Refused(Exception):
    """The system said no to something that was right, or was right when it was last looked at."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(told)
        self.told = told
        self.is_about_the_past = status in (409, 412)


@dataclass
class People:
    """The demo region's people, signed in when first needed and again when a token ends."""

    url: str
    accounts: Mapping[str, Mapping[str, Any]]
    ledger: Ledger
    known: dict[str, Person]
    stopping: threading.Event = field(default_factory=threading.Event)
    _signed_in: dict[str, float] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, url: str, data: Path, ledger: Ledger, known: dict[str, Person]) -> "People":
        told = json.loads((data / "demo-credentials.json").read_text("utf-8"))
        accounts = {
            account["key"]: {**account, "region": told["region"]} for account in told["accounts"]
        }
        return cls(url, accounts, ledger, known)

    def person(self, key: str) -> Person:
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self.known:
                self.known[key] = self._sign_in(key)
                self._signed_in[key] = time.monotonic()
            return self.known[key]

    def _sign_in(self, key: str) -> Person:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return sign_in(Web(self.url), key, self.accounts[key])
            except Unexpected as error:
                if time.monotonic() > deadline:
                    raise GaveUp(f"sign-in of {key}: {error}") from error
                self.stopping.wait(1.0)

    def read(self, key: str, path: str) -> Answer:
        """Read until there is an answer. Raises `GaveUp`, or `Refused`."""
        answer = self._until_answered(key, "GET", path, None, {}, PATIENCE)
        if answer.status != 200:
            self.ledger.refusals.append(f"read: {answer.status} {path}")
            raise Refused(answer.status, self.ledger.refusals[-1])
        return answer

    def prefer(self, key: str, choice: dict[str, Any]) -> None:
        """Choose how somebody is told. Raises `GaveUp`."""
        body, headers = _sent(choice)
        self._until_answered(
            key, "PUT", "/api/notification/v1/preferences", body, headers, PATIENCE
        )

    def change(
        self,
        key: str,
        what: str,
        about: str,
        method: str,
        path: str,
        content: Any,
        *,
        etag: str = "",
        keyed: bool = True,
        patience: float = PATIENCE,
        **facts: Any,
    ) -> Answer:
        """Change something and keep the books of it.

        Raises `GaveUp` when nothing was heard in time, `Refused` for a refusal.
        """
        operation = str(uuid.uuid4())
        self.ledger.attempt(operation, what, about, by=key, **facts)
        body, headers = _sent(content)
        if keyed:
            headers["Idempotency-Key"] = operation
        if etag:
            headers["If-Match"] = etag
        answer = self._until_answered(key, method, path, body, headers, patience)
        return self._noted(operation, answer)

    def send_in_pieces(self, key: str, about: str, uploads: str, content: bytes) -> Answer:
        """Send a file as a browser does, by tus, and keep the books of it; raises as `change`.

        Of a piece whose answer was lost nobody knows, so it is asked how far the file came.
        """
        operation = str(uuid.uuid4())
        self.ledger.attempt(operation, "upload", about, by=key, sha256=about)

        def ask(method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
            told = {name.replace("_", "-"): value for name, value in headers.items()}
            return self._until_answered(key, method, path, body, TUS | told, PATIENCE)

        begun = ask("POST", uploads, Upload_Length=str(len(content)), Idempotency_Key=operation)
        where, offset = self._unless_refused(operation, begun).headers["Location"], 0
        while offset < len(content):
            piece = {"Upload_Offset": str(offset), "Content_Type": PIECE_TYPE}
            sent = ask("PATCH", where, content[offset : offset + PIECE], **piece)
            if sent.status == 409:
                sent = ask("HEAD", where)
            offset = int(self._unless_refused(operation, sent).headers["Upload-Offset"])
        return self._noted(operation, ask("POST", f"{where}/finish"))

    def _unless_refused(self, operation: str, answer: Answer) -> Answer:
        if answer.status not in (200, 201, 204):
            words = answer.body[:300].decode(errors="replace")
            raise Refused(answer.status, self.ledger.refused(operation, answer.status, words))
        return answer

    def _noted(self, operation: str, answer: Answer) -> Answer:
        shown = self._unless_refused(operation, answer).json()
        self.ledger.ack(operation, status=answer.status, etag=answer.etag, id=shown.get("id"))
        return answer

    def _until_answered(
        self,
        key: str,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        patience: float,
    ) -> Answer:
        deadline = time.monotonic() + patience
        while True:
            answer = self._once(key, method, path, body, headers)
            if answer is not None:
                return answer
            if time.monotonic() > deadline:
                raise GaveUp(f"{method} {path}")
            self.stopping.wait(SOON)

    def _once(
        self, key: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer | None:
        person = self.person(key)
        try:
            answer = person.call(method, path, body, headers)
        except Unexpected:
            self.ledger.answered(0)
            return None
        self.ledger.answered(answer.status)
        if answer.status == 401:
            if time.monotonic() - self._signed_in.get(key, 0.0) < FRESH:
                self.ledger.refusals.append(f"401 for a fresh token: {method} {path}")
            self.known.pop(key, None)
            return None
        if answer.status in TRY_AGAIN or (answer.status == 409 and IN_USE in str(answer.body)):
            return None
        return answer


def _sent(content: Any) -> tuple[bytes, dict[str, str]]:
    if isinstance(content, bytes):
        body, kind = urllib3.encode_multipart_formdata(
            {"file": ("berkas.pdf", content, "application/pdf")}
        )
        return body, {"Content-Type": kind}
    return json.dumps(content).encode(), {"Content-Type": "application/json"}
