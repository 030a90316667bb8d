"""Who and what the state machine's runs begin with: proposals at every stage, officers, papers."""

from typing import Any

from tests.builders.definitions import definition_data
from tests.builders.organisation import an_id
from tests.builders.people import (
    PEOPLE,
    ROLES,
    UNITS,
    employee_event,
    role_event,
    unit_event,
)
from tests.proposal.machine_offices import DIVISION, LAYANAN, SERVICE, Layanan
from tests.proposal.machine_play import Play

BKPSDM_UMPEG = ("umpeg_bkpsdm", "umpeg", "bkpsdm")
OFFICERS = (*(who for who, _ in PEOPLE), "umpeg_bkpsdm")
# The first named is at its stage by the way of all; the officers have proposals of their own.
_WAY = ("submit", *["approve"] * 5)
PREPARED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a draft": ("bebas_hukdis", "disdik", ()),
    "at umpeg": ("bebas_hukdis", "disdik", _WAY[:1]),
    "at the head": ("bebas_hukdis", "disdik", _WAY[:2]),
    "at bkpsdm": ("bebas_hukdis", "disdik", _WAY[:3]),
    "at the secretary": ("bebas_hukdis", "disdik", _WAY[:4]),
    "at the head of bkpsdm": ("bebas_hukdis", "disdik", _WAY[:5]),
    "in processing": ("bebas_hukdis", "disdik", _WAY),
    "returned by umpeg": ("bebas_hukdis", "disdik", (*_WAY[:1], "revise")),
    "returned by the secretary": ("bebas_hukdis", "dinkes", (*_WAY[:4], "revise")),
    "of an umpeg": ("bebas_hukdis", "umpeg", _WAY[:1]),
    "of a head": ("bebas_hukdis", "opd_head", _WAY[:2]),
    "of an admin": ("bebas_hukdis", "bkpsdm_admin", _WAY[:3]),
    "of the head of bkpsdm": ("bebas_hukdis", "bkpsdm_head", _WAY[:5]),
    "short, at umpeg": ("singkat", "disdik", _WAY[:1]),
    "short, at the head": ("singkat", "disdik", _WAY[:2]),
    "short, in processing": ("singkat", "disdik", _WAY[:3]),
    "short, returned late": ("singkat", "dinkes", (*_WAY[:3], "revise")),
    "judged, at the service": ("dinilai", "disdik", _WAY[:1]),
}
APPLICANTS = {
    name: where if where in OFFICERS else f"pemohon_{number}"
    for number, (name, (_, where, _)) in enumerate(PREPARED.items())
}
EVERYBODY = (*OFFICERS, *(one for one in APPLICANTS.values() if one not in OFFICERS))
KEY_OF = {str(an_id(who)): who for who in EVERYBODY}


def tell_of_the_region(play: Play) -> None:
    """Say who is who, as identity would, and install the two layanan of this test."""
    places = {APPLICANTS[name]: where for name, (_, where, _) in PREPARED.items()}
    play.hear(
        *(unit_event(*one) for one in UNITS),
        *(employee_event(*one) for one in PEOPLE),
        employee_event("umpeg_bkpsdm", "bkpsdm"),
        *(employee_event(who, at) for who, at in places.items() if who not in OFFICERS),
        *(role_event(*one) for one in (*ROLES, BKPSDM_UMPEG)),
    )
    play.scene.office.install(*(_definition(code) for code in ("singkat", "dinilai")))


def prepare(play: Play) -> None:
    """Bring one proposal to each stage, every step of it checked."""
    for name, (layanan, _, way) in PREPARED.items():
        file(play, name, layanan, APPLICANTS[name])
        for action in way:
            who = APPLICANTS[name] if action == "submit" else play.officers(name)[0]
            assert play.act(play.step(name, who, action, note="Lengkapi")) == ""


def file(play: Play, name: str, layanan: str, who: str, papers: int = 3) -> bool:
    """Begin a draft and attach its papers."""
    if not play.draft(name, layanan, who):
        return False
    for paper in LAYANAN[layanan].papers[:papers]:
        play.act(play.step(name, who, "attach", part=paper, sha256=play.hash()))
    return True


def _definition(code: str) -> dict[str, Any]:
    rules = LAYANAN[code]
    name = {"id": "Contoh", "en": "Sample"}
    return definition_data(
        code=code,
        divisions=[DIVISION],
        max_open={"count": rules.most_open},
        fields=[{"name": "keperluan", "type": "text", "label": name}],
        requirements=[{"code": one, "name": name, "required": True} for one in rules.papers],
        stages=[_stage(rules, stage) for stage in rules.stages],
        result={"document": "required" if rules.needs_document else "optional"},
        return_from_processing=rules.returned_from_processing,
    )


def _stage(rules: Layanan, stage: str) -> dict[str, Any]:
    found: dict[str, Any] = {"stage": stage}
    if stage in rules.without_plt:
        found["acting"] = ["definitive", "plh", "pj"]
    if stage in rules.without_delegates:
        found["delegates"] = False
    if stage == rules.decided_by_service:
        found["decider"] = f"service:{SERVICE}"
    return found
