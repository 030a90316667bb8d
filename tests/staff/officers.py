"""What the tests of the deciders share: people with roles and delegations, and the question."""

from datetime import date
from typing import Any

from staff.deciders import Deciders, Question, who_decides
from staff.organisation import Delegation, HeldRole, scope_of
from tests.builders.organisation import an_id, an_organisation

TODAY = date(2026, 3, 10)
SINCE = date(2020, 1, 1)
ANY_KIND = frozenset({"definitive", "plt", "plh", "pj", "tt"})
NO_PLT = frozenset({"definitive", "plh", "pj"})


def held(name: str, role: str, unit: str | None, **more: Any) -> HeldRole:
    return HeldRole(an_id(name), role, an_id(unit) if unit else None, **more)


def lends(giver: str, taker: str, role: str, **more: Any) -> Delegation:
    days = {"starts_on": SINCE, "ends_on": date(2026, 12, 31), **more}
    return Delegation(role, an_id(giver), an_id(taker), **days)


def ask(
    role: str,
    roles: list[HeldRole],
    *,
    applicant: str = "applicant",
    opd: str = "disdik",
    layanan: str = "bebas_hukdis",
    divisions: tuple[str, ...] = ("bidang-kinerja",),
    delegations: tuple[Delegation, ...] = (),
    acting: frozenset[str] = ANY_KIND,
    delegates: bool = True,
    today: date = TODAY,
) -> Deciders:
    organisation = an_organisation(roles=tuple(roles), delegations=delegations)
    question = Question(
        role=role,
        applicant_id=an_id(applicant),
        layanan=layanan,
        unit_ids=scope_of(role, opd_id=an_id(opd), divisions=divisions, organisation=organisation),
        acting=acting,
        delegates=delegates,
    )
    return who_decides(question, organisation, today)


def names(answer: Deciders, *candidates: str) -> set[str]:
    known = {an_id(name): name for name in candidates}
    return {known[item] for item in answer.employee_ids}
