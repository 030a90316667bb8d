"""People at work while something is broken: they file, submit and decide, and write down every
answer. What was answered with success must be there afterwards, once.
"""

import itertools
import json
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from urllib3 import encode_multipart_formdata

from ops import folder
from ops.journey import applying
from ops.journey.case import API, DOCUMENTS, LAYANAN, Case
from ops.journey.pdfs import a_pdf
from ops.journey.sign_in import sign_in
from ops.journey.web import Unexpected, Web

APPLICANTS = ("applicant", "applicant_pppk")
OFFICER = "umpeg"
NOTICES = "/api/notification/v1/notices?limit=100"
TOLD = ("proposal.submitted.v1", "proposal.rejected.v1")
_TOKEN_IS_FRESH = 240.0
_REFUSAL = {
    "decision": "reject",
    "note": "Dokumen tidak dapat dipakai; mohon ajukan kembali.",
    "reasons": [{"code": "document_unreadable"}],
}


@dataclass(frozen=True)
class Told:
    """One answer as its caller saw it."""

    what: str
    status: int
    seconds: float
    retry_after: str | None


@dataclass
class Filed:
    """A proposal and what was answered about it."""

    id: str
    by: str
    etag: str
    number: str = ""
    submitted: bool = False
    decided: bool = False


@dataclass
class Office:
    url: str
    data: object
    answers: list[Told] = field(default_factory=list)
    filed: list[Filed] = field(default_factory=list)

    def __post_init__(self):
        credentials = folder.credentials(self.data)
        region = credentials["region"]
        self._accounts = {
            account["key"]: {**account, "region": region} for account in credentials["accounts"]
        }
        self._people, self._receipts, self._turn = {}, {}, itertools.cycle(APPLICANTS)
        self.open_the_doors()

    def open_the_doors(self):
        """Sign everybody in whose token is not fresh any more."""
        for key in (*APPLICANTS, OFFICER):
            if time.monotonic() - self._people.get(key, (None, float("-inf")))[1] > _TOKEN_IS_FRESH:
                person = sign_in(Web(self.url), key, self._accounts[key])
                self._people[key] = person, time.monotonic()
        for key in APPLICANTS:
            if key not in self._receipts:
                self._receipts[key] = self._papers(key)

    def person(self, key):
        return self._people[key][0]

    def _papers(self, key):
        definition = self.person(key).get(f"{API}/layanan/{LAYANAN}")
        self._fields = {
            field["name"]: applying.answer_for(field)
            for field in definition["fields"]
            if field.get("required")
        }
        receipts = {}
        for requirement in applying.required(definition):
            paper = a_pdf("Lampiran", requirement["code"])
            stored = self.person(key).upload(
                f"{DOCUMENTS}/documents", f"{requirement['code']}.pdf", paper
            )
            receipts[requirement["code"]] = stored["receipt"]
        return receipts

    def draft(self):
        """A proposal that is ready to be handed in."""
        key = next(self._turn)
        case = Case(Web(self.url), self._accounts, people={key: self.person(key)})
        content = {"layanan": LAYANAN, "fields": self._fields}
        case.proposal_id = self.person(key).send("POST", f"{API}/proposals", content).json()["id"]
        for code, receipt in self._receipts[key].items():
            _, etag = case.seen_by(self.person(key))
            address = f"{case.address}/documents/{code}"
            self.person(key).send("PUT", address, {"receipt": receipt}, etag=etag)
        _, etag = case.seen_by(self.person(key))
        filed = Filed(case.proposal_id, key, etag)
        self.filed.append(filed)
        return filed

    def submit(self, filed, patience=60):
        answer = self._insist("submit", filed.by, filed, "submit", {}, patience)
        filed.submitted, filed.etag = True, answer.etag
        filed.number = answer.json()["number"]

    def decide(self, filed, patience=60):
        answer = self._insist("decide", OFFICER, filed, "decisions", _REFUSAL, patience)
        filed.decided, filed.etag = True, answer.etag

    def round(self):
        filed = self.draft()
        self.submit(filed)
        self.decide(filed)
        return filed

    def _insist(self, what, key, filed, action, content, patience):
        """Send again with the same key while the answer is 503, as a careful client does."""
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
            "If-Match": filed.etag,
        }
        path, body = f"{API}/proposals/{filed.id}/{action}", json.dumps(content).encode()
        deadline = time.monotonic() + patience
        while True:
            answer = self.ask(what, key, "POST", path, body, headers)
            if answer.status < 300:
                return answer
            if answer.status != 503 or time.monotonic() > deadline:
                raise Unexpected(f"{what}: {answer.status} {answer.body[:300]!r}")
            time.sleep(0.3)

    def ask(self, what, key, method, path, body=None, headers=None):
        """Send one request and write down how it was answered."""
        began = time.monotonic()
        answer = self.person(key).call(method, path, body, headers)
        took = time.monotonic() - began
        told = Told(what, answer.status, took, answer.headers.get("Retry-After"))
        self.answers.append(told)
        return answer

    def look(self):
        """One read of everything an applicant looks at; returns the statuses."""
        paths = (f"{API}/proposals", NOTICES, f"{DOCUMENTS}/documents")
        return Counter(self.ask("read", APPLICANTS[0], "GET", path).status for path in paths)

    def open_paper(self, filed):
        """Ask to see one paper: proposal has to call documents for it."""
        code = min(self._receipts[filed.by])
        path = f"{API}/proposals/{filed.id}/documents/{code}/grant"
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        return self.ask("grant", filed.by, "POST", path, b"{}", headers)

    def open_pages(self):
        """Pages that need no sign-in, as a browser asks for them."""
        for path in ("/", "/portal/", "/masuk", "/readyz"):
            self.ask("page", APPLICANTS[0], "GET", path, None, {"Accept": "text/html"})

    def look_for(self, seconds):
        """Read again and again for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look()
            time.sleep(0.2)

    def upload(self, content, idempotency_key):
        fields = {"file": ("surat.pdf", content, "application/pdf")}
        body, kind = encode_multipart_formdata(fields)
        headers = {"Content-Type": kind, "Idempotency-Key": idempotency_key}
        path = f"{DOCUMENTS}/documents"
        return self.ask("upload", APPLICANTS[0], "POST", path, body, headers)

    def notices(self):
        """How often each applicant was told of each event of each proposal."""
        found = Counter()
        for key in APPLICANTS:
            for notice in self._all_notices(key):
                for filed in self.filed:
                    if filed.id in notice["about"]:
                        found[filed.id, notice["event_type"]] += 1
        return found

    def _all_notices(self, key):
        path = NOTICES
        while path:
            page = self.person(key).get(path)
            yield from page["data"]
            cursor = page["page"]["next_cursor"]
            path = f"{NOTICES}&cursor={cursor}" if cursor else ""

    def expected(self):
        """What `notices` must come to: each once."""
        told = {(item.id, TOLD[0]): 1 for item in self.filed if item.submitted}
        return Counter(told | {(item.id, TOLD[1]): 1 for item in self.filed if item.decided})


class Work:
    """Proposals handed in and decided by people who try again while the answer is 503."""

    def __init__(self, office, count):
        self.office = office
        self.drafts = [office.draft() for _ in range(count)]
        self.failures = []
        self._threads = [threading.Thread(target=self._do, args=(draft,)) for draft in self.drafts]
        del office.answers[:]

    def _do(self, one):
        try:
            self.office.submit(one)
            self.office.decide(one)
        except Unexpected as error:
            self.failures.append(str(error))

    def begin(self):
        for thread in self._threads:
            thread.start()

    def end(self, seconds=60):
        for thread in self._threads:
            thread.join(seconds)
        assert not self.failures
        assert all(draft.decided for draft in self.drafts)


def only_clear_503(answers):
    """Every refusal is a 503 that says when to come back; returns the refusals."""
    refused = [answer for answer in answers if answer.status >= 400]
    assert {(answer.status, bool(answer.retry_after)) for answer in refused} <= {(503, True)}, (
        refused
    )
    return refused


def statuses(answers, *what):
    return Counter(answer.status for answer in answers if not what or answer.what in what)


def slowest(answers):
    return max((answer.seconds for answer in answers), default=0.0)
