"""What the tests of the deciders share: people with grants and delegations, and the question."""

from datetime import date
from typing import Any

from services.proposal.domain.deciders import Answer, Question, who_decides
from services.proposal.domain.organisation import Delegation, Grant, scope_of
from tests.builders.definitions import an_id, an_organisation

TODAY = date(2026, 3, 10)
SINCE = date(2020, 1, 1)
ANY_KIND = frozenset({"definitive", "plt", "plh", "pj", "tt"})
NO_PLT = frozenset({"definitive", "plh", "pj"})


def grant(name: str, role: str, unit: str | None, **more: Any) -> Grant:
    return Grant(an_id(name), role, an_id(unit) if unit else None, **more)


def lends(giver: str, taker: str, role: str, **more: Any) -> Delegation:
    days = {"starts_on": SINCE, "ends_on": date(2026, 12, 31), **more}
    return Delegation(role, an_id(giver), an_id(taker), **days)


def ask(
    role: str,
    grants: list[Grant],
    *,
    applicant: str = "applicant",
    opd: str = "disdik",
    layanan: str = "bebas_hukdis",
    divisions: tuple[str, ...] = ("bidang-kinerja",),
    delegations: tuple[Delegation, ...] = (),
    acting: frozenset[str] = ANY_KIND,
    today: date = TODAY,
) -> Answer:
    organisation = an_organisation(grants=tuple(grants), delegations=delegations)
    question = Question(
        role=role,
        applicant_id=an_id(applicant),
        opd_id=an_id(opd),
        layanan=layanan,
        unit_ids=scope_of(role, opd_id=an_id(opd), divisions=divisions, organisation=organisation),
        acting=acting,
    )
    return who_decides(question, organisation, today)


def names(answer: Answer, *candidates: str) -> set[str]:
    known = {an_id(name): name for name in candidates}
    return {known[one] for one in answer.employee_ids}
