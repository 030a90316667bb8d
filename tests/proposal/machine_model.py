"""What must become of a proposal, written down a second time in plain Python.

Nothing of the product's rules is used here, so a wrong rule shows as a difference between the two.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from tests.builders.organisation import an_id
from tests.builders.people import REGION
from tests.proposal.machine_offices import (
    AS_EDITED,
    ENDED,
    PURPOSE,
    SERVICE,
    Expected,
    Holders,
    Offices,
    Step,
)

APPLICANTS = ("submit", "resubmit", "withdraw", "edit", "answer", "attach", "detach", "ask")
ENDING = ("close", "confirm", "refuse")
# What ends a wish to withdraw; it goes along with everything else.
UNWISHES = ("resubmit", "close", "confirm", "refuse")
BEFORE_THE_HEAD = ("umpeg_verification", "opd_head_approval")
EVENTS = {
    "submit": "proposal.submitted.v1",
    "resubmit": "proposal.resubmitted.v1",
    "withdraw": "proposal.withdrawn.v1",
    "approve": "proposal.advanced.v1",
    "revise": "proposal.returned.v1",
    "reject": "proposal.rejected.v1",
    "close": "proposal.closed.v1",
    "ask": "proposal.withdrawal_requested.v1",
    "confirm": "proposal.withdrawn.v1",
    "refuse": "proposal.withdrawal_refused.v1",
    "not_selected": "proposal.completed.v1",
    "ms": "proposal.completed.v1",
    "tms": "proposal.completed.v1",
}
NAMES_IN_HISTORY = {
    "ms": "enter_result",
    "tms": "enter_result",
    "not_selected": "not_select",
    "ask": "request_withdrawal",
    "confirm": "confirm_withdrawal",
    "refuse": "refuse_withdrawal",
}


@dataclass
class Model:
    offices: Offices = field(default_factory=Offices)
    papers: dict[UUID, Expected] = field(default_factory=dict)

    def hear(self, subject: str, version: int, data: Any) -> None:
        """Keep what identity says; the cases of who moved follow."""
        if version <= self.offices.version_of(subject):
            return
        self.offices.hear(subject, version, data)
        if subject.startswith("employee/") and data["active"] and data["opd_id"]:
            for paper in self.papers.values():
                if paper.applicant == data["id"] and paper.opd != data["opd_id"]:
                    self._reroute(paper, data["opd_id"])

    def _reroute(self, paper: Expected, opd: str) -> None:
        if not paper.handed_in or paper.responsible not in BEFORE_THE_HEAD:
            return
        before, first = paper.stage, paper.rules.stages[0]
        paper.version, paper.opd = paper.version + 1, opd
        if before == "revision":
            paper.asking = first
        else:
            paper.stage = first
        roles = frozenset({("system", None, None)})
        paper.lines.append((paper.version, "reroute", before, paper.stage, None, roles))
        paper.told.append(("proposal.rerouted.v1", paper.version))

    def draft(self, proposal: UUID, layanan: str, who: str) -> None:
        person = self.offices.person(who)
        self.papers[proposal] = Expected(layanan, person["id"], person["opd_id"])

    def refusal(self, step: Step, today: date) -> str:
        """The code with which a step must be refused; nothing when it must succeed."""
        paper, who = self.papers[step.proposal], str(an_id(step.who))
        if step.action in APPLICANTS:
            if who != paper.applicant:
                return "not_found"
            return "stale" if step.seen != paper.version else self._applicants(paper, step)
        if not self.offices.sees(paper, who, today):
            return "not_found"
        if step.seen != paper.version:
            return "stale"
        if step.action in ENDING:
            return self._enders(paper, who, step, today)
        return self._officers(paper, who, step, today)

    def refusal_of_service(self, step: Step, stage: str) -> str:
        paper = self.papers[step.proposal]
        theirs = paper.stage == stage == paper.rules.decided_by_service and step.who == SERVICE
        return self._move(paper, step) if theirs else "not_theirs"

    def take(self, step: Step, today: date) -> None:
        """Do what a step that must succeed does."""
        paper = self.papers[step.proposal]
        paper.version += 1
        if step.action == "edit":
            paper.purpose = AS_EDITED
            return
        if step.action == "answer":
            paper.answered.add(step.part)
            return
        if step.action == "detach":
            paper.attached.discard(step.part)
            return
        if step.sha256:
            part = step.part if step.action == "attach" else "result"
            paper.files.setdefault(part, []).append(step.sha256)
            paper.attached.add(part)
        if step.action != "attach":
            self._advance(paper, step, today)

    def actions(self, proposal: UUID, who: str, today: date) -> set[str]:
        """The buttons a person must be shown."""
        paper, person = self.papers[proposal], str(an_id(who))
        if person == paper.applicant:
            wanted: tuple[str, ...] = ("submit", "resubmit", "withdraw", "ask")
        elif person in self.offices.holders(paper, paper.stage, today):
            wanted = ("approve", "revise", "reject", "ms")
        else:
            wanted = ()
        if person in self.offices.enders(paper, today):
            wanted = (*wanted, *ENDING)
        found = {one for one in wanted if not paper.leads_to(one).startswith("!")}
        return {NAMES_IN_HISTORY.get(one, one) for one in found}

    def _applicants(self, paper: Expected, step: Step) -> str:
        person = self.offices.person(step.who)
        absent = "" if person["active"] and person["opd_id"] else "employee_unknown"
        if step.action == "answer":
            return absent or ("" if step.part in paper.marked else "closed_for_change")
        if step.action in ("edit", "attach", "detach"):
            part = PURPOSE if step.action == "edit" else f"document:{step.part}"
            if part not in paper.open_parts():
                return "closed_for_change"
            if step.action == "detach" and step.part not in paper.attached:
                return "not_found"
            return absent if step.action == "edit" else ""
        refused = self._move(paper, step)
        if refused or step.action in ("withdraw", "ask"):
            return refused
        complete = set(paper.rules.papers) <= paper.attached
        crowded = step.action == "submit" and self._open(paper) >= paper.rules.most_open
        unready = crowded or not complete or paper.untouched()
        return absent or ("submission_refused" if unready else "")

    def _officers(self, paper: Expected, who: str, step: Step, today: date) -> str:
        if who == paper.applicant:
            return "own_proposal"
        if who not in self.offices.holders(paper, paper.stage, today):
            stages = paper.rules.stages
            passed = stages[: stages.index(paper.stage)] if paper.stage in stages else stages
            held = any(who in self.offices.holders(paper, one, today) for one in passed)
            return "already_decided" if held else "not_your_stage"
        return self._move(paper, step)

    def _enders(self, paper: Expected, who: str, step: Step, today: date) -> str:
        if who == paper.applicant:
            return "own_proposal"
        if paper.leads_to(step.action).startswith("!"):
            return paper.leads_to(step.action)[1:]
        if who not in self.offices.enders(paper, today):
            return "not_your_stage"
        return "note_required" if step.action != "confirm" and not step.note else ""

    def _move(self, paper: Expected, step: Step) -> str:
        way = paper.leads_to(step.action)
        if way.startswith("!"):
            return way[1:]
        if step.action in ("revise", "reject") and not step.note:
            return "note_required"
        if step.action == "approve" and step.marks:
            return "marked_as_wrong"
        if step.action == "tms" and not step.note:
            return "remark_required"
        if step.action == "tms" and step.sha256 and not paper.rules.tms_has_document:
            return "result_document_refused"
        without = step.action == "ms" and not step.sha256
        return "result_document_required" if without and paper.rules.needs_document else ""

    def _roles(self, paper: Expected, step: Step, stage: str, today: date) -> Holders:
        if step.action in ENDING:
            return self.offices.enders(paper, today)
        return self.offices.holders(paper, stage, today)

    def _open(self, paper: Expected) -> int:
        return sum(
            one is not paper
            and (one.applicant, one.layanan) == (paper.applicant, paper.layanan)
            and one.stage not in ("draft", *ENDED)
            for one in self.papers.values()
        )

    def _next_number(self, paper: Expected, today: date) -> str:
        """One series for each layanan and year, without a gap."""
        series = f"{REGION}/{paper.layanan}/{today.year}".upper().replace("_", "-")
        given = sum((one.number or "").startswith(series) for one in self.papers.values())
        return f"{series}/{given + 1:06d}"

    def _advance(self, paper: Expected, step: Step, today: date) -> None:
        before, after = paper.stage, paper.leads_to(step.action)
        self._write_down(paper, step, before, after, today)
        paper.wish = step.action == "ask" or (paper.wish and step.action not in UNWISHES)
        if before == after:
            paper.told += [(EVENTS[one], paper.version) for one in (step.action,) if one in EVENTS]
            return
        if step.action == "submit":
            paper.number = self._next_number(paper, today)
            paper.opd = self.offices.person(step.who)["opd_id"]
        if paper.handed_in:
            paper.told.append((EVENTS[step.action], paper.version))
        paper.decided = paper.decided or step.action not in APPLICANTS
        paper.asking = before if after == "revision" else None
        paper.opened = (set(step.marks) or paper.rules.parts) if after == "revision" else set()
        marks = step.marks if after == "revision" else ()
        paper.marked, paper.answered = {one: paper.part_now(one) for one in marks}, set()
        if after in ("completed", "not_selected"):
            paper.result = step.action
        paper.stage = after

    def _write_down(
        self, paper: Expected, step: Step, before: str, after: str, today: date
    ) -> None:
        action = NAMES_IN_HISTORY.get(step.action, step.action)
        if step.action in APPLICANTS:
            actor, roles = paper.applicant, {("applicant", None, None)}
        elif step.who == SERVICE:
            actor, roles = None, {(f"service:{SERVICE}", None, None)}
        else:
            actor = str(an_id(step.who))
            roles = self._roles(paper, step, before, today)[actor]
        paper.lines.append((paper.version, action, before, after, actor, frozenset(roles)))
