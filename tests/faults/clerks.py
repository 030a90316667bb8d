"""Load that remembers what it was promised: proposals filed and decided, over the public API."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ops.journey import applying
from ops.journey.case import API, Case
from ops.journey.notices import API as NOTIFICATION
from ops.journey.web import Answer, Person, Unexpected, Web, expect

PATIENCE = 60.0
LATER = (429, 503)
BREATH = 3.0  # between two cases, so that processes that start have a processor too
NOTE = "Ditolak dalam pengujian, dengan alasan yang direka."
# Whoever files, verifies and decides; three offices so that cases do not wait for each other.
OFFICES = (
    {"applicant": "applicant", "umpeg": "umpeg", "opd_head": "opd_head"},
    {"applicant": "applicant_jf", "umpeg": "umpeg_second", "opd_head": "opd_head"},
    {"applicant": "applicant_dinkes", "umpeg": "umpeg_dinkes", "opd_head": "opd_head_dinkes"},
)
# Two clerks are one officer: of a code that both sign in with, the second has to try the next one.
CODES, CODE_REFUSED = "/masuk/kode", 401


@dataclass
class PatientWeb(Web):
    """Comes back when told to with `Retry-After`, as a good client does, and counts every answer.

    A connection for each request: one that is kept may be closed by the edge, when it is told of
    other instances, in the moment it is used.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        deadline = time.monotonic() + PATIENCE
        while True:
            given = {**(headers or {}), "Connection": "close"}
            answer = super().call(method, path, body, given)
            if not (answer.status == CODE_REFUSED and path.startswith(CODES)):
                self.statuses[answer.status] += 1
            if answer.status >= 400:
                self.refusals.append(f"{answer.status} {method} {path}: {answer.body[:300]!r}")
            if answer.status not in LATER or time.monotonic() > deadline:
                return answer
            if "Retry-After" not in answer.headers:
                raise Unexpected(f"{answer.status} from {path} does not say when to come back")
            time.sleep(min(float(answer.headers["Retry-After"]), 2.0))


@dataclass
class Clerk:
    """One office's thread: files a proposal, verifies it, rejects it, and begins again."""

    web: PatientWeb
    accounts: Mapping[str, Mapping[str, Any]]
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _officers: dict[str, Person] = field(default_factory=dict)

    def work(self, stop: threading.Event) -> None:
        while not stop.is_set() and not self.failures:
            case = Case(self.web, self.accounts, people=dict(self._officers))
            try:
                self._take(case)
            except (Unexpected, LookupError, TypeError) as error:
                self.failures.append(f"{self.accounts['applicant']['key']}: {error!r}")
            self._officers = {key: one for key, one in case.people.items() if key != "applicant"}
            stop.wait(BREATH)

    def _take(self, case: Case) -> None:
        applying.file_draft(case)  # signs the applicant in anew, so identity has its share
        applying.attach_documents(case)
        applying.submit(case)
        self.acknowledged.append((case.proposal_id, "submit"))
        for key, action in (("umpeg", "approve"), ("opd_head", "reject")):
            self._decide(case, case.person(key), action)
        case.applicant.get(f"{NOTIFICATION}/notices?limit=5")
        expect(200, self.web.call("GET", "/openapi.json"))  # the gateway
        expect((200, 302, 303), self.web.call("GET", "/"))  # the portal

    def _decide(self, case: Case, officer: Person, action: str) -> None:
        _, etag = case.seen_by(officer)
        content = {"decision": action, "note": NOTE if action == "reject" else ""}
        officer.send("POST", f"{API}/proposals/{case.proposal_id}/decisions", content, etag=etag)
        self.acknowledged.append((case.proposal_id, action))


class Load:
    """All offices at work, from entering the block until its end."""

    def __init__(self, url: str, accounts: Mapping[str, Mapping[str, Any]]) -> None:
        self._stop = threading.Event()
        self.clerks = [
            Clerk(PatientWeb(url), {role: accounts[key] for role, key in office.items()})
            for office in OFFICES
        ]
        self._threads = [
            threading.Thread(target=clerk.work, args=(self._stop,)) for clerk in self.clerks
        ]

    @property
    def statuses(self) -> Counter[int]:
        return sum((clerk.web.statuses for clerk in self.clerks), Counter())

    @property
    def refusals(self) -> list[str]:
        return [refusal for clerk in self.clerks for refusal in clerk.web.refusals]

    @property
    def failures(self) -> list[str]:
        return [failure for clerk in self.clerks for failure in clerk.failures]

    @property
    def acknowledged(self) -> Counter[tuple[str, str]]:
        return Counter(item for clerk in self.clerks for item in clerk.acknowledged)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        """Every case that was begun is brought to its end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE * 2)
