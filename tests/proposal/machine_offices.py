"""Stages, offices and who holds them, written down a second time for the state machine's test.

Nothing of the product's rules is used here, so a wrong rule shows as a difference between the two.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from tests.builders.organisation import an_id

ROLES = {
    "umpeg_verification": "umpeg",
    "opd_head_approval": "opd_head",
    "bkpsdm_validation": "bkpsdm_admin",
    "secretary_verification": "bkpsdm_secretary",
    "bkpsdm_head_approval": "bkpsdm_head",
    "processing": "bkpsdm_admin",
}
STAND_INS = {
    "umpeg": "opd_secretary",
    "opd_head": "sekda",
    "bkpsdm_admin": "division_head",
    "bkpsdm_head": "sekda",
}
OWN_DELEGATE_DECIDES = ("opd_head", "opd_secretary", "bkpsdm_secretary")
HEADS = ("opd_head_approval", "bkpsdm_head_approval")
ENDED = ("completed", "rejected", "withdrawn", "closed", "not_selected")
STATES = ("draft", "revision", *ROLES, *ENDED)
DIVISION = "bidang-kinerja"
SERVICE = "dummy"
PURPOSE = "field:keperluan"
AS_DRAFTED, AS_EDITED = "Syarat mengikuti seleksi", "Syarat seleksi"
NAMED = ("employee_id", "from_employee_id", "to_employee_id")
Holders = dict[str, set[tuple[str, str, str | None]]]


@dataclass(frozen=True)
class Layanan:
    stages: tuple[str, ...]
    papers: tuple[str, ...]
    most_open: int = 1
    needs_document: bool = True
    tms_has_document: bool = True
    returned_from_processing: bool = False
    without_plt: tuple[str, ...] = ()
    without_delegates: tuple[str, ...] = ()
    decided_by_service: str = ""

    @property
    def parts(self) -> set[str]:
        return {PURPOSE, *(f"document:{one}" for one in self.papers)}


LAYANAN = {
    "bebas_hukdis": Layanan(
        tuple(ROLES),
        ("skp_1_tahun", "skp_2_tahun", "pernyataan_tidak_hukdis"),
        most_open=3,
        tms_has_document=False,
    ),
    "singkat": Layanan(
        ("umpeg_verification", "opd_head_approval", "processing"),
        ("surat",),
        needs_document=False,
        returned_from_processing=True,
        without_plt=("umpeg_verification", "opd_head_approval"),
        without_delegates=("opd_head_approval",),
    ),
    "dinilai": Layanan(
        ("opd_head_approval", "processing"), ("surat",), decided_by_service="opd_head_approval"
    ),
}


@dataclass(frozen=True)
class Step:
    """One thing somebody tries to do to a proposal, having seen it at a version."""

    who: str
    action: str
    proposal: UUID
    seen: int = 0
    note: str = ""
    part: str = ""
    marks: tuple[str, ...] = ()
    sha256: str = ""


@dataclass
class Expected:
    """One proposal. `lines` are its history, `told` its events, `files` its papers' hashes.

    `marked` is what each marked part was when the proposal was returned.
    """

    layanan: str
    applicant: str
    opd: str
    stage: str = "draft"
    asking: str | None = None
    decided: bool = False
    number: str | None = None
    version: int = 1
    result: str | None = None
    purpose: str = AS_DRAFTED
    opened: set[str] = field(default_factory=set)
    marked: dict[str, str | None] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    wish: bool = False  # to withdraw it, unanswered
    lines: list[tuple[Any, ...]] = field(default_factory=list)
    told: list[tuple[str, int]] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=dict)
    attached: set[str] = field(default_factory=set)

    @property
    def rules(self) -> Layanan:
        return LAYANAN[self.layanan]

    @property
    def handed_in(self) -> bool:
        return self.number is not None

    @property
    def is_judged(self) -> bool:
        """Whether a service decides it somewhere on its way."""
        return bool(self.rules.decided_by_service)

    def open_parts(self) -> set[str]:
        if self.stage == "draft":
            return self.rules.parts
        return self.opened if self.stage == "revision" else set()

    def part_now(self, target: str) -> str | None:
        """A part as it is: the purpose's words, or the hash of a paper."""
        paper = target.removeprefix("document:")
        if target == PURPOSE:
            return self.purpose
        return self.files[paper][-1] if paper in self.attached else None

    def untouched(self) -> set[str]:
        """What was marked and neither changed nor answered."""
        same = {part for part, before in self.marked.items() if before == self.part_now(part)}
        return same - self.answered

    @property
    def responsible(self) -> str:
        """The stage whose officers answer for it; in revision, the one that asked."""
        stage = self.asking if self.stage == "revision" else self.stage
        return stage if stage in ROLES else ""

    def leads_to(self, action: str) -> str:
        """The stage an action leads to; a word with "!" says why it leads nowhere."""
        return self._ways().get(action, "!illegal_move")

    def possible(self) -> list[str]:
        """Everything the rules let somebody do to it now, if it is the right person."""
        parts = self.open_parts()
        corrects = ["edit"] if PURPOSE in parts else []
        corrects += ["attach"] if parts - {PURPOSE} else []
        return corrects + [one for one, way in self._ways().items() if not way.startswith("!")]

    def _ways(self) -> dict[str, str]:
        return self._usual_ways() | self._ways_out()

    def _ways_out(self) -> dict[str, str]:
        if not self.responsible:
            return {}
        askable = self.decided and self.responsible != "processing"
        ways = {"close": "closed", "confirm": "!no_withdrawal_asked"}
        ways["refuse"] = ways["confirm"]
        if askable and self.wish:
            ways |= {"ask": "!withdrawal_asked", "confirm": "withdrawn", "refuse": self.stage}
        elif askable:
            ways["ask"] = self.stage
        return ways

    def _usual_ways(self) -> dict[str, str]:
        if self.stage == "draft":
            return {"submit": self.rules.stages[0], "withdraw": "withdrawn"}
        if self.stage == "revision":
            return {"resubmit": self.asking or ""}
        if self.stage in ENDED:
            return {}
        return self._from_processing() if self.stage == "processing" else self._from_desk()

    def _from_processing(self) -> dict[str, str]:
        ways = {"ms": "completed", "tms": "completed", "sub_status": "processing"}
        return ways | ({"revise": "revision"} if self.rules.returned_from_processing else {})

    def _from_desk(self) -> dict[str, str]:
        following = self.rules.stages[self.rules.stages.index(self.stage) + 1]
        ways = {"approve": following, "reject": "rejected"}
        ways["withdraw"] = "!already_verified" if self.decided else "withdrawn"
        if self.stage not in HEADS:
            ways["revise"] = "revision"
        if self.stage == self.rules.decided_by_service:
            ways["not_selected"] = "not_selected"
        return ways


@dataclass
class Offices:
    """The newest version of whatever identity has said, by subject."""

    said: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def hear(self, subject: str, version: int, data: Any) -> None:
        if version > self.version_of(subject):
            self.said[subject] = (version, data)

    def version_of(self, subject: str) -> int:
        return self.said.get(subject, (0, None))[0]

    def person(self, who: str) -> Any:
        return self.said[f"employee/{an_id(who)}"][1]

    def all_of(self, kind: str) -> list[Any]:
        return [data for name, (_, data) in self.said.items() if name.startswith(f"{kind}/")]

    def left(self, person: str | None) -> bool:
        """Whether somebody is known not to be active any more."""
        said = self.said.get(f"employee/{person}")
        return said is not None and not said[1]["active"]

    def running(self, kind: str, today: date, **wanted: Any) -> list[Any]:
        """The role grants or delegations that hold today, of people who have not left."""
        day = today.isoformat()
        return [
            one
            for one in self.all_of(kind)
            if one["active"] and one["starts_on"] <= day <= (one["ends_on"] or "9999")
            if all(one[key] == value for key, value in wanted.items())
            if not any(self.left(one.get(key)) for key in NAMED)
        ]

    def places(self, role: str, opd: str) -> set[str | None]:
        """The units a role must be held for."""
        if role in ("umpeg", "opd_head", "opd_secretary"):
            return {opd}
        if role in ("bkpsdm_admin", "division_head"):
            open_ones = [u for u in self.all_of("unit") if u["kind"] == "division" and u["active"]]
            named = [one for one in open_ones if one["code"] == DIVISION]
            return {one["id"] for one in named or open_ones}
        return {None, str(an_id("region")), str(an_id("bkpsdm"))}

    def holders(self, paper: Expected, stage: str, today: date) -> Holders:
        """Who may decide a stage, each with the roles in which the history may name them."""
        if stage not in paper.rules.stages or stage == paper.rules.decided_by_service:
            return {}
        first = ROLES[stage]
        for role in [first, *([STAND_INS[first]] if first in STAND_INS else [])]:
            found = self._holders(paper, role, stage, today)
            found.pop(paper.applicant, None)
            if found:
                return found
        return {}

    def enders(self, paper: Expected, today: date) -> Holders:
        """Who may end a proposal before its time: the responsible, and BKPSDM."""
        first, stand_in = "bkpsdm_admin", STAND_INS["bkpsdm_admin"]
        responsible = self.holders(paper, paper.responsible, today)
        for role in (first, stand_in):
            found = self._holders(paper, role, "", today)
            found.pop(paper.applicant, None)
            if found:
                return found | responsible
        return responsible

    def concerns(self, role: str, unit: str | None, paper: Expected) -> bool:
        """Whether a grant of the role for the unit is about the stage where a proposal is."""
        first = ROLES.get(paper.stage, "")
        place = None if unit is None else str(an_id(unit))
        return role in (first, STAND_INS.get(first)) and place in self.places(role, paper.opd)

    def _holders(self, paper: Expected, role: str, stage: str, today: date) -> Holders:
        own: Holders = {}
        lent: Holders = {}
        for grant in self.running("role", today, role=role):
            kind, holder, unit = grant["acting"], grant["employee_id"], grant["unit_id"]
            if unit not in self.places(role, paper.opd):
                continue
            if kind == "plt" and stage in paper.rules.without_plt:
                continue
            own.setdefault(holder, set()).add((role, kind, None))
            if stage in paper.rules.without_delegates:
                continue
            if holder == paper.applicant and role not in OWN_DELEGATE_DECIDES:
                continue
            for one in self.running("delegation", today, role=role, from_employee_id=holder):
                about = one["layanan"] is None or paper.layanan in one["layanan"]
                if about and one["unit_id"] in (None, unit):
                    lent.setdefault(one["to_employee_id"], set()).add((role, kind, holder))
        return lent | own

    def sees(self, paper: Expected, who: str, today: date) -> bool:
        """The applicant, officers on the way of what was handed in, and whoever decided on it."""
        if who == paper.applicant:
            return True
        if not paper.handed_in:
            return False
        if any(self._oversees(paper, grant) for grant in self._held(who, today)):
            return True
        if any(who in self.holders(paper, stage, today) for stage in paper.rules.stages):
            return True
        return any(who == actor for _, _, _, _, actor, _ in paper.lines)

    def _held(self, who: str, today: date) -> list[Any]:
        return self.running("role", today, employee_id=who)

    def _oversees(self, paper: Expected, grant: Any) -> bool:
        """Whether an office is on the way of a proposal, or where its applicant is now."""
        role, unit = grant["role"], grant["unit_id"]
        if role in ("bkpsdm_secretary", "bkpsdm_head"):
            return True
        now_at = self.said[f"employee/{paper.applicant}"][1]["opd_id"]
        if role in ("umpeg", "opd_head", "opd_secretary") and unit == now_at:
            return True
        return role != "sekda" and unit in self.places(role, paper.opd)
