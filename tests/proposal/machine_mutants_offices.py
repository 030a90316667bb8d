"""Mistakes about who holds an office: each must be found, as those of `machine_mutants`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.proposal import subscriptions
from services.proposal.domain.facts import Moment
from services.proposal.models import Employee, RoleGrant, db
from services.proposal.queries import desks, inbox
from services.proposal.usecases import cases, deciding, processing, reviewing
from services.proposal.workers import vacancies
from staff import deciders
from staff.organisation import ACTING_KINDS, Delegation, HeldRole, Organisation, Role
from tests.proposal.machine_mutants import mutant

NOBODY = UUID(int=0)


@mutant("a grant that has ended is honoured")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(HeldRole, "runs", _though_ended)


@mutant("a delegation that has ended is honoured")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Delegation, "runs", _though_ended)


@mutant("a grant is honoured before its first day")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(HeldRole, "runs", _though_early)


@mutant("a delegation is honoured before its first day")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Delegation, "runs", _though_early)


@mutant("a grant is not honoured on its last day")
def _(patch: pytest.MonkeyPatch) -> None:
    right = HeldRole.runs
    patch.setattr(HeldRole, "runs", lambda one, day: right(one, day) and one.ends_on != day)


@mutant("the day is Greenwich's, not the region's")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Moment, "today", property(lambda self: self.now.date()))


@mutant("a grant that was taken back is honoured")
def _(patch: pytest.MonkeyPatch) -> None:
    _kept(patch, lambda _: {"active": True})


@mutant("somebody who left still decides")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Organisation, "counts", lambda _, held, day: held.runs(day))


@mutant("a delegation from or to somebody who left counts", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Delegation, "people", property(lambda _: ()))


@mutant("a process goes on as if nobody had left")
def _(patch: pytest.MonkeyPatch) -> None:
    right = subscriptions.SNAPSHOTS.follow

    def wrong(session: Any, row: Any, replaced: Any) -> None:
        if not isinstance(row, Employee):
            right(session, row, replaced)

    patch.setattr(subscriptions.SNAPSHOTS, "follow", wrong)


@mutant("an officer who moved still decides at the old desk", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    def unmoved(data: Any) -> dict[str, Any]:
        known = db.session.get(RoleGrant, UUID(data["id"]))
        return {"unit_id": known.unit_id} if known and known.unit_id else {}

    _kept(patch, unmoved)


@mutant("a process goes on with the offices it once read")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(subscriptions.SNAPSHOTS, "follow", lambda *_: None)


@mutant("an officer of another OPD may decide")
def _(patch: pytest.MonkeyPatch) -> None:
    right = desks.scope_of

    def wrong(role: str, *, organisation: Any, **more: Any) -> Any:
        if role in (Role.UMPEG, Role.OPD_HEAD):
            return frozenset(unit.id for unit in organisation.units)
        return right(role, organisation=organisation, **more)

    patch.setattr(desks, "scope_of", wrong)


@mutant("an officer may decide an own proposal")
def _(patch: pytest.MonkeyPatch) -> None:
    right = desks.who_decides
    patch.setattr(
        desks, "who_decides", lambda question, *a: right(replace(question, applicant_id=NOBODY), *a)
    )
    for module in (reviewing, processing):
        patch.setattr(module, "deciding_person", _holder_of)


@mutant("whoever may see a proposal may decide it")
def _(patch: pytest.MonkeyPatch) -> None:
    for module in (reviewing, processing):
        patch.setattr(module, "deciding_person", _anybody)


@mutant("a stand-in decides beside whoever holds the office")
def _(patch: pytest.MonkeyPatch) -> None:
    def wrong(question: Any, organisation: Any, today: date) -> Any:
        holders: tuple[Any, ...] = ()
        for role, units in deciders._chain(question):
            holders += deciders._holders(question, role, units, organisation, today)
        alarm = deciders.Alarm(question.role, question.unit_ids, question.stage)
        return deciders.Deciders(holders, None if holders else alarm)

    patch.setattr(desks, "who_decides", wrong)


@mutant("a delegation for one layanan counts for every other", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    _lent(patch, layanan=None)


@mutant("a delegation for one OPD counts for every other", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    _lent(patch, unit_id=None)


@mutant("a Plt decides where the layanan excludes one", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    right = desks.who_decides
    every = frozenset(ACTING_KINDS)
    patch.setattr(
        desks, "who_decides", lambda question, *a: right(replace(question, acting=every), *a)
    )


@mutant("a delegate decides where the layanan excludes one", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    right = desks.who_decides
    patch.setattr(
        desks, "who_decides", lambda question, *a: right(replace(question, delegates=True), *a)
    )


@mutant("any service decides at the stage given to one", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    right = reviewing.deciding_service
    patch.setattr(
        reviewing,
        "deciding_service",
        lambda case, by: replace(
            right(case, by), role=deciding.decider_of(case.layanan, case.stage)
        ),
    )


@mutant("an alarm goes on after somebody can decide again")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(vacancies, "_clear_settled", lambda: None)


@mutant("nobody is told that nobody can decide")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(vacancies, "_raise_new", lambda: None)


@mutant("the inbox is worked out once and for all", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    kept: dict[UUID, Any] = {}

    def wrong(person: UUID, snapshot: Any, today: date) -> Any:
        return kept.setdefault(person, desks._all_reaches(person, snapshot, today))

    patch.setattr(inbox, "reaches_of", wrong)


def _kept(patch: pytest.MonkeyPatch, changes: Callable[[Any], dict[str, Any]]) -> None:
    right = RoleGrant.columns_of
    patch.setattr(RoleGrant, "columns_of", lambda data: right(data) | changes(data))


def _though_ended(one: Any, day: date) -> bool:
    return one.active and one.starts_on <= day


def _though_early(one: Any, day: date) -> bool:
    return one.active and (one.ends_on is None or day <= one.ends_on)


def _holder_of(case: Any, person: UUID) -> Any:
    holder = case.deciders().held_by(person)
    if holder is None:
        raise deciding.NotYourStage
    return cases.author_of(holder)


def _anybody(case: Any, person: UUID) -> Any:
    holders = case.deciders().holders
    if not holders:
        raise deciding.NotYourStage
    return replace(cases.author_of(holders[0]), id=person)


def _lent(patch: pytest.MonkeyPatch, **widened: Any) -> None:
    right = deciders._lent_by
    patch.setattr(
        deciders,
        "_lent_by",
        lambda grant, lent, *a: right(grant, [replace(one, **widened) for one in lent], *a),
    )
