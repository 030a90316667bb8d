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
from tests.builders.pdfs import a_pdf_of_size
from tests.faults.people import PATIENCE, GaveUp, People, Refused

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
IN_PIECES, LONG = 0.4, 150_000  # a share of the files, of so many bytes, comes in pieces
VERIFIERS = ("umpeg_verification", "bkpsdm_validation")  # who may ask for a correction
RETURNED = 0.65
ENDED_EARLY = 0.03
HASTY = 0.4  # who sends once and does not wait for an answer that does not come
BY_THE_APPLICANT = {"draft": "submit", "revision": "resubmit"}
FINAL = ("completed", "rejected", "withdrawn", "closed", "not_selected")


@dataclass(frozen=True)
class Paper:
    """A stored document and the receipt with which it can be attached."""

    document: str
    receipt: str


@dataclass
class Clerk:
    """One applicant's proposals, one after another, with the officers who decide them."""

    people: People
    applicant: str
    rng: Random
    papers: list[Paper] = field(default_factory=list)
    done: int = 0
    troubles: list[str] = field(default_factory=list)
    pause: float = 0.0  # seconds after each step
    held_up: threading.Event = field(default_factory=threading.Event)  # there is work enough
    doubtful: bool = False  # somebody stopped waiting for an answer about the present proposal

    def one_proposal(self) -> None:
        """Drive one proposal to its end. What the clerk gave up on is left as it stands."""
        try:
            self._drive()
        except GaveUp:
            pass
        except Refused as refused:
            self.troubles.append(str(refused))
        self.done += 1

    def _drive(self) -> None:
        self._have_papers()
        self.doubtful = False
        draft = {"layanan": "bebas_hukdis", "fields": {"keperluan": "Seleksi jabatan"}}
        path = f"{API}/proposals"
        seen = self.people.change(self.applicant, "draft", "", "POST", path, draft)
        proposal, etag = str(seen.json()["id"]), seen.etag
        for code, paper in zip(PAPERS, self.papers, strict=True):
            etag = self._attach(proposal, etag, code, paper)
        seen = self.people.read(self.applicant, f"{path}/{proposal}")
        while (stage := str(seen.json()["stage"])) not in FINAL:
            seen = self._step(proposal, seen, self._next(stage))
            self._think()

    def _think(self) -> None:
        """People think between two steps, and do not begin more while too much is under way."""
        self.people.stopping.wait(self.pause)
        while self.held_up.is_set():
            self.people.stopping.wait(0.2)

    def _next(self, stage: str) -> "Step":
        """What happens now, and who does it."""
        if stage in BY_THE_APPLICANT:
            what = BY_THE_APPLICANT[stage]
            return Step(what, self.applicant, what, {})
        if stage == "processing":
            body = {"result": "ms", "remark": "", "fields": {"nomor_surat": "000/0001/UJI"}}
            receipt = self.paper("bkpsdm_admin", "Surat keterangan").receipt
            return Step("result", "bkpsdm_admin", "result", {**body, "receipt": receipt})
        what, note = "approve", ""
        if stage in VERIFIERS and self.rng.random() < RETURNED:
            what, note = "revise", "Mohon diperiksa lagi."
        elif self.rng.random() < ENDED_EARLY:
            what, note = "reject", "Tidak memenuhi syarat."
        return Step(what, self._officer(stage), "decisions", {"decision": what, "note": note})

    def _officer(self, stage: str) -> str:
        role = DECIDERS[stage]
        return role + OFFICE.get(self.applicant, "") if role in OF_THE_OPD else role

    def _step(self, proposal: str, seen: Answer, step: "Step") -> Answer:
        """Take a step; who does not wait for the answer looks again at what there is."""
        address = f"{API}/proposals/{proposal}"
        hasty = self.rng.random() < HASTY
        try:
            return self.people.change(
                step.who,
                step.what,
                proposal,
                "POST",
                f"{address}/{step.path}",
                step.body,
                etag=seen.etag,
                patience=0.0 if hasty else PATIENCE,
            )
        except GaveUp:
            if not hasty:
                raise
            self.doubtful = True
        except Refused as refused:
            if not (self.doubtful and refused.is_about_the_past):
                raise
            self.people.ledger.refusals.remove(refused.told)
        return self.people.read(self.applicant, address)

    def _have_papers(self) -> None:
        if not self.papers or self.rng.random() < FRESH_PAPERS:
            self.papers = [self.paper(self.applicant, code) for code in PAPERS]

    def paper(self, owner: str, title: str) -> Paper:
        is_long = self.rng.random() < IN_PIECES
        words = f"{title} {uuid.UUID(int=self.rng.getrandbits(128))}"
        content = a_pdf_of_size(LONG, words) if is_long else a_pdf(title, words)
        digest = hashlib.sha256(content).hexdigest()
        told = self._upload(owner, digest, content, in_pieces=is_long).json()
        return Paper(str(told["id"]), str(told["receipt"]))

    def _upload(self, owner: str, digest: str, content: bytes, *, in_pieces: bool) -> Answer:
        if in_pieces:
            return self.people.send_in_pieces(owner, digest, f"{DOCUMENTS}/uploads", content)
        path = f"{DOCUMENTS}/documents"
        return self.people.change(owner, "upload", digest, "POST", path, content, sha256=digest)

    def _attach(self, proposal: str, etag: str, code: str, paper: Paper) -> str:
        """Attach; an answer that was lost shows in a version that moved on."""
        path = f"{API}/proposals/{proposal}"
        for _ in range(5):
            try:
                answer = self.people.change(
                    self.applicant,
                    "attach",
                    proposal,
                    "PUT",
                    f"{path}/documents/{code}",
                    {"receipt": paper.receipt},
                    etag=etag,
                    keyed=False,
                    requirement=code,
                    document=paper.document,
                )
            except Refused as refused:
                if not refused.is_about_the_past:
                    raise
                self.people.ledger.refusals.remove(refused.told)
                etag = self.people.read(self.applicant, path).etag
            else:
                return answer.etag
        raise GaveUp(path)


@dataclass(frozen=True)
class Step:
    """One change of a proposal: what it is called, who makes it, where and with what it is sent."""

    what: str
    who: str
    path: str
    body: dict[str, Any]


@dataclass
class Load:
    """All clerks at once, until told to stop."""

    people: People
    seed: int
    applicants: tuple[str, ...] = APPLICANTS
    most: int | None = None  # proposals of each clerk
    pause: float = 0.0  # seconds of each clerk after each step
    clerks: list[Clerk] = field(default_factory=list)
    held_up: threading.Event = field(default_factory=threading.Event)
    _enough: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for number, applicant in enumerate(self.applicants):
            rng = Random(f"{self.seed}/{number}")
            clerk = Clerk(self.people, applicant, rng, pause=self.pause, held_up=self.held_up)
            thread = threading.Thread(target=self._work, args=(clerk,), daemon=True)
            self.clerks.append(clerk)
            self._threads.append(thread)
            thread.start()

    def _work(self, clerk: Clerk) -> None:
        while not self._enough.is_set() and clerk.done != self.most:
            clerk.one_proposal()

    def finish(self) -> None:
        """Let each clerk end the proposal in hand, or all that were asked of it."""
        self.held_up.clear()
        if self.most is None:
            self._enough.set()
        for thread in self._threads:
            thread.join()

    @property
    def troubles(self) -> list[str]:
        return [trouble for clerk in self.clerks for trouble in clerk.troubles]
