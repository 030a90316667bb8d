"""Applicants and officers at work: each clerk drives one proposal after another to its end.

What a clerk does next comes from a seed; what really happens depends on the faults around it.
"""

import hashlib
import threading
import uuid
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ops.journey.pdfs import a_pdf
from ops.journey.web import Answer
from tests.faults.people import GaveUp, People, Refused

API = "/api/proposal/v1"
DOCUMENTS = "/api/documents/v1"
PAPERS = ("skp_1_tahun", "skp_2_tahun", "pernyataan_tidak_hukdis")
OFFICE = {"applicant_dinkes": "_dinkes"}  # whose officers decide, where it is not the first OPD
APPLICANTS = ("applicant", "applicant_pppk", "applicant_jf", "applicant_dinkes", "opd_secretary")
DECIDERS = {
    "umpeg_verification": "umpeg",
    "opd_head_approval": "opd_head",
    "bkpsdm_validation": "bkpsdm_admin",
    "secretary_verification": "bkpsdm_secretary",
    "bkpsdm_head_approval": "bkpsdm_head",
}
OF_THE_OPD = ("umpeg", "opd_head")
FRESH_PAPERS = 0.2
VERIFIERS = ("umpeg_verification", "bkpsdm_validation")  # who may ask for a correction
RETURNED = 0.7
ENDED_EARLY = 0.03
MOST_RETURNS = 8


@dataclass
class Clerk:
    """One applicant's proposals, one after another, with the officers who decide them."""

    people: People
    applicant: str
    rng: Random
    receipts: list[str] = field(default_factory=list)
    done: int = 0
    troubles: list[str] = field(default_factory=list)

    def one_proposal(self) -> None:
        """Drive one proposal to its end. What the clerk gave up on is left as it stands."""
        try:
            self._drive()
        except GaveUp:
            self.done += 1
        except Refused as refused:
            self.troubles.append(str(refused))
            self.done += 1

    def _drive(self) -> None:
        self._have_papers()
        shown = self._do(
            "draft",
            "POST",
            "",
            {"layanan": "bebas_hukdis", "fields": {"keperluan": "Seleksi jabatan"}},
        )
        proposal, etag = shown.json()["id"], shown.etag
        for code, receipt in zip(PAPERS, self.receipts, strict=True):
            etag = self._attach(proposal, etag, code, receipt)
        answer = self._act(proposal, etag, "submit", self.applicant, "submit", {})
        returns = 0
        while (stage := answer.json()["stage"]) in DECIDERS or stage == "revision":
            if stage == "revision":
                answer = self._act(
                    proposal, answer.etag, "resubmit", self.applicant, "resubmit", {}
                )
            elif stage in VERIFIERS and returns < MOST_RETURNS and self.rng.random() < RETURNED:
                returns += 1
                answer = self._decide(proposal, answer, stage, "revise", "Mohon diperiksa lagi.")
            elif self.rng.random() < ENDED_EARLY:
                answer = self._decide(proposal, answer, stage, "reject", "Tidak memenuhi syarat.")
            else:
                answer = self._decide(proposal, answer, stage, "approve", "")
        if stage == "processing":
            result = self.paper("bkpsdm_admin", "Surat keterangan")
            body = {
                "result": "ms",
                "remark": "",
                "receipt": result,
                "fields": {"nomor_surat": "000/0001/UJI"},
            }
            self._act(proposal, answer.etag, "result", "bkpsdm_admin", "result", body)
        self.done += 1

    def _have_papers(self) -> None:
        if not self.receipts or self.rng.random() < FRESH_PAPERS:
            self.receipts = [self.paper(self.applicant, code) for code in PAPERS]

    def paper(self, owner: str, title: str) -> str:
        content = a_pdf(title, str(uuid.UUID(int=self.rng.getrandbits(128))))
        digest = hashlib.sha256(content).hexdigest()
        path = f"{DOCUMENTS}/documents"
        answer = self.people.change(owner, "upload", digest, "POST", path, content, sha256=digest)
        return str(answer.json()["receipt"])

    def _attach(self, proposal: str, etag: str, code: str, receipt: str) -> str:
        """Attach; a reply that was lost shows in a version that moved on."""
        path = f"{API}/proposals/{proposal}"
        for _ in range(5):
            try:
                answer = self.people.change(
                    self.applicant,
                    "attach",
                    proposal,
                    "PUT",
                    f"{path}/documents/{code}",
                    {"receipt": receipt},
                    etag=etag,
                    keyed=False,
                )
            except Refused as refused:
                if " 412 " not in str(refused):
                    raise
                self.people.ledger.refusals.pop()
                etag = self.people.read(self.applicant, path).etag
            else:
                return answer.etag
        raise GaveUp(path)

    def _decide(self, proposal: str, seen: Answer, stage: str, decision: str, note: str) -> Answer:
        role = DECIDERS[stage]
        who = role + OFFICE.get(self.applicant, "") if role in OF_THE_OPD else role
        body = {"decision": decision, "note": note}
        return self._act(proposal, seen.etag, decision, who, "decisions", body)

    def _act(
        self, proposal: str, etag: str, what: str, who: str, path: str, body: dict[str, Any]
    ) -> Answer:
        address = f"{API}/proposals/{proposal}/{path}"
        return self.people.change(who, what, proposal, "POST", address, body, etag=etag)

    def _do(self, what: str, method: str, path: str, body: dict[str, Any]) -> Answer:
        address = f"{API}/proposals{path}"
        return self.people.change(self.applicant, what, "", method, address, body)


@dataclass
class Load:
    """All clerks at once, until told to stop."""

    people: People
    seed: int
    applicants: tuple[str, ...] = APPLICANTS
    most: int | None = None  # proposals of each clerk
    clerks: list[Clerk] = field(default_factory=list)
    _enough: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for number, applicant in enumerate(self.applicants):
            clerk = Clerk(self.people, applicant, Random(f"{self.seed}/{number}"))
            thread = threading.Thread(target=self._work, args=(clerk,), daemon=True)
            self.clerks.append(clerk)
            self._threads.append(thread)
            thread.start()

    def _work(self, clerk: Clerk) -> None:
        while not self._enough.is_set() and clerk.done != self.most:
            clerk.one_proposal()

    def finish(self) -> None:
        """Let each clerk end the proposal in hand, or all that were asked of it."""
        if self.most is None:
            self._enough.set()
        for thread in self._threads:
            thread.join()

    @property
    def troubles(self) -> list[str]:
        return [trouble for clerk in self.clerks for trouble in clerk.troubles]
