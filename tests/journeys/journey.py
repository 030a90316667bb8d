"""People at work: everything goes through the edge's public API, nothing around it."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

import urllib3

from ops.journey.sign_in import sign_in
from ops.journey.web import Answer, Person, Web, expect
from tests.builders.clock import Clock
from tests.builders.form import Form
from tests.builders.pdfs import a_pdf
from tests.builders.system import demo_system

IDENTITY = "/api/identity/v1"
PROPOSAL = "/api/proposal/v1"
DOCUMENTS = "/api/documents/v1"
NOTIFICATION = "/api/notification/v1"
ROLE_OF_STAGE = {
    "umpeg_verification": "umpeg",
    "opd_head_approval": "opd_head",
    "bkpsdm_validation": "bkpsdm_admin",
    "secretary_verification": "bkpsdm_secretary",
    "bkpsdm_head_approval": "bkpsdm_head",
}


# Signing in needs https anywhere but on loopback, as in a real installation.
PUBLIC_URL = "https://simpul.test"
_TOKEN_GOOD_FOR = 480.0  # of its ten minutes


@dataclass
class Journey:
    """The demo region with people who sign in when they are needed and their token has aged."""

    system: Form
    clock: Clock | None = None
    people: dict[str, Person] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)

    @property
    def web(self) -> Web:
        return self.system.web

    def person(self, key: str) -> Person:
        if not 0 <= time.time() - self._since.get(key, 0.0) < _TOKEN_GOOD_FOR:
            self.people[key] = sign_in(self.web, key, vars(self.system.account(key)))
            self._since[key] = time.time()
        return self.people[key]

    def move_to(self, moment: str, *, still: bool = False) -> None:
        """Go on at another instant, or stop the clock there; the system is of another day."""
        assert self.clock is not None
        self.clock.move_to(moment, still=still)
        self.system.wait_for_clock()

    def settle(self) -> None:
        """Go on when everything was heard, handled and delivered."""
        self.system.settle()

    def stranger(self, token: str) -> Person:
        """Somebody who sends any text as a bearer token."""
        return Person("stranger", {"name": "stranger"}, self.web, token)

    def me(self, key: str) -> dict[str, Any]:
        return self.person(key).get("/api/identity/v1/me")

    def upload(
        self, key: str, content: bytes | None = None, *, name: str = "berkas.pdf"
    ) -> dict[str, Any]:
        content = a_pdf(str(uuid4())) if content is None else content
        return self.person(key).upload(f"{DOCUMENTS}/documents", name, content)

    def draft(self, layanan: str, fields: Mapping[str, Any], *, by: str = "applicant") -> "Filed":
        body = {"layanan": layanan, "fields": dict(fields)}
        answer = self.person(by).send("POST", f"{PROPOSAL}/proposals", body, status=201)
        return Filed(self, by, answer.json()["id"])

    def file(
        self,
        layanan: str,
        fields: Mapping[str, Any],
        documents: Sequence[str],
        *,
        by: str = "applicant",
    ) -> "Filed":
        """A draft with its documents, submitted."""
        filed = self.draft(layanan, fields, by=by)
        for code in documents:
            filed.attach(code)
        filed.submit()
        return filed

    def bebas_hukdis(self, *, by: str = "applicant") -> "Filed":
        documents = ("skp_1_tahun", "skp_2_tahun", "pernyataan_tidak_hukdis")
        return self.file("bebas_hukdis", {"keperluan": "Seleksi jabatan"}, documents, by=by)

    def bring_in_units(self, *lines: str) -> None:
        """Hand identity a table of units; a job tries it when the system settles."""
        table = "\n".join(("Kode;Nama;Jenis;Kode induk", *lines)).encode()
        form = {"kind": "units", "file": ("unit.csv", table, "text/csv")}
        body, kind = urllib3.encode_multipart_formdata(form)
        headers = {"Content-Type": kind, "Idempotency-Key": str(uuid4())}
        path = f"{IDENTITY}/imports"
        expect(202, self.person("sysadmin").call("POST", path, body, headers))

    def notices(self, key: str, about: str) -> list[dict[str, Any]]:
        """What somebody was told about a proposal, oldest first."""
        self.settle()
        path = f"{NOTIFICATION}/notices?limit=100&about=proposal/{about}"
        found: list[dict[str, Any]] = self.person(key).get(path)["data"]
        return sorted(found, key=lambda one: str(one["happened_at"]))

    def mails(self, number: str) -> list[str]:
        """The mails whose subject names a proposal: subject and text, decoded."""
        found = []
        for path in sorted((self.system.data_dir / "mail").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=default)
            body = message.get_body(("plain",))
            found.append(f"{message['Subject']}\n{body.get_content() if body else ''}")
        return [text for text in found if number in text.splitlines()[0]]

    def inbox(self, key: str) -> list[str]:
        """The ids of the proposals somebody can decide today."""
        found = self.person(key).get(f"{PROPOSAL}/inbox?limit=100")["data"]
        return [proposal["id"] for proposal in found]


@dataclass
class Filed:
    """One proposal, its applicant, and who validates and processes it in its division."""

    journey: Journey
    applicant: str
    id: str
    division: str = "bkpsdm_admin"

    @property
    def path(self) -> str:
        return f"{PROPOSAL}/proposals/{self.id}"

    def seen_by(self, key: str = "") -> dict[str, Any]:
        found: dict[str, Any] = self.journey.person(key or self.applicant).get(self.path)
        return found

    @property
    def stage(self) -> str:
        return str(self.seen_by()["stage"])

    def etag(self, key: str = "") -> str:
        _, etag = self.journey.person(key or self.applicant).load(self.path)
        return str(etag)

    def attach(
        self, code: str, content: bytes | None = None, *, status: int | tuple[int, ...] = 200
    ) -> Answer:
        receipt = self.journey.upload(self.applicant, content, name=f"{code}.pdf")["receipt"]
        return self.act("PUT", f"documents/{code}", {"receipt": receipt}, status=status)

    def change(self, fields: Mapping[str, Any], *, status: int = 200) -> Answer:
        person = self.journey.person(self.applicant)
        body = {"fields": dict(fields)}
        return person.send("PATCH", self.path, body, etag=self.etag(), status=status)

    def submit(self, *, status: int = 200) -> Answer:
        return self.act("POST", "submit", {}, status=status)

    def resubmit(self, *, status: int = 200) -> Answer:
        return self.act("POST", "resubmit", {}, status=status)

    def withdraw(self, *, status: int = 200) -> Answer:
        return self.act("POST", "withdraw", {}, status=status)

    def decide(
        self,
        decision: str,
        *,
        by: str,
        note: str = "",
        reasons: Sequence[Mapping[str, Any]] = (),
        status: int = 200,
    ) -> Answer:
        body = {"decision": decision, "note": note, "reasons": list(reasons)}
        return self.act("POST", "decisions", body, by=by, status=status)

    def approve_up_to(self, stage: str) -> None:
        """Let each officer approve until the proposal stands in `stage`."""
        while (present := self.stage) != stage:
            officer = ROLE_OF_STAGE[present]
            self.decide("approve", by=self.division if officer == "bkpsdm_admin" else officer)

    def give_result(self, result: str, *, by: str = "", status: int = 200, **more: Any) -> Answer:
        body = {"result": result, **more}
        return self.act("POST", "result", body, by=by or self.division, status=status)

    def act(
        self,
        method: str,
        what: str,
        body: Mapping[str, Any],
        *,
        by: str = "",
        status: int | tuple[int, ...] = 200,
    ) -> Answer:
        """Send one change with the present ETag, as somebody who may see the proposal."""
        key = by or self.applicant
        etag = self.etag(key)
        person = self.journey.person(key)
        return person.send(method, f"{self.path}/{what}", dict(body), etag=etag, status=status)

    def papers(self) -> dict[str, dict[str, Any]]:
        """The present document of each requirement that has one."""
        rows = self.seen_by()["documents"]
        return {row["requirement"]: row["current"] for row in rows if row["current"]}

    def open_document(self, code: str, *, by: str) -> bytes:
        """Ask for a grant and open the document with it."""
        person = self.journey.person(by)
        path = f"{self.path}/documents/{code}/grant"
        grant = person.send("POST", path, {}, status=(200, 201)).json()
        return bytes(expect(200, person.call("GET", grant["url"])).body)

    def history(self, *, by: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.journey.person(by or self.applicant).get(
            f"{self.path}/history"
        )["data"]
        return found


_MET: dict[str, Journey] = {}


def people_of(system: Form) -> Journey:
    """Return the journey of a system that other modules use too: nobody signs in there twice.

    A sign-in code is good once, and the next one comes after half a minute.
    """
    return _MET.setdefault(system.public_url, Journey(system))


@contextmanager
def running(folder: Path) -> Iterator[Journey]:
    """Build a demo region in a folder, embedded in this process."""
    system = demo_system(folder, public_url=PUBLIC_URL)
    try:
        yield Journey(system)
    finally:
        system.close()


def pointers(answer: Answer) -> set[str]:
    """The JSON pointers of a refusal."""
    return {error["pointer"] for error in json.loads(answer.body)["errors"]}


def code(answer: Answer) -> str:
    return str(json.loads(answer.body)["code"])
