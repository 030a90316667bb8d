"""Mistakes in what is written down and told: each must be found, as those of `machine_mutants`."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.events import outbox, sequencer
from chassis.process.ids import uuid7
from services.proposal import events
from services.proposal.domain.stages import Action
from services.proposal.models import HistoryEntry
from services.proposal.queries.dossier import Dossier
from services.proposal.usecases import applying, cases, counting
from tests.proposal.machine_mutants import mutant


@mutant("a return is not told to the other services", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    _without(patch, "proposal.returned.v1")


@mutant("a withdrawal is not told to the other services")
def _(patch: pytest.MonkeyPatch) -> None:
    _without(patch, "proposal.withdrawn.v1")


@mutant("a rejection is told twice", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    right = outbox.record

    def wrong(event: Any) -> Any:
        if event.type == "proposal.rejected.v1":
            right(event)
        return right(outbox.replace(event, id=uuid7()))

    patch.setattr(outbox, "record", wrong)


@mutant("an event is recorded in a transaction of its own")
def _(patch: pytest.MonkeyPatch) -> None:
    right = outbox.record

    def later(event: Any) -> Any:
        db = outbox.here().db

        def record() -> None:
            with db.transaction():
                right(event)

        db.after_commit(record)
        return event

    patch.setattr(outbox, "record", later)


@mutant("an event names the stage before, not the stage after")
def _(patch: pytest.MonkeyPatch) -> None:
    right = events._decided

    def wrong(proposal: Any, layanan: Any, entry: HistoryEntry) -> dict[str, Any]:
        return right(proposal, layanan, entry) | {"stage": entry.from_stage}

    patch.setattr(events, "_decided", wrong)


@mutant("events of one proposal are numbered in the order of the clock")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sequencer, "_in_subject_order", list)


@mutant("the history is shown in the order of the clock")
def _(patch: pytest.MonkeyPatch) -> None:
    right = Dossier.history.func

    def wrong(dossier: Dossier) -> list[HistoryEntry]:
        return sorted(right(dossier), key=lambda line: line.at)

    patch.setattr(Dossier, "history", property(wrong))


@mutant("a resubmission leaves no line in the history")
def _(patch: pytest.MonkeyPatch) -> None:
    _without_line(patch, "resubmit")


@mutant("a decision of a service leaves no line in the history", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    _without_line(patch, "not_select")


@mutant("the history names the applicant instead of who decided")
def _(patch: pytest.MonkeyPatch) -> None:
    right = cases._entry

    def wrong(case: Any, action: str, before: str, author: Any, *more: Any) -> HistoryEntry:
        return right(case, action, before, cases.applicant_author(case), *more)

    patch.setattr(cases, "_entry", wrong)


@mutant("two proposals get the same serial number")
def _(patch: pytest.MonkeyPatch) -> None:
    _serials(patch, lambda serial: max(1, serial - serial % 2))


@mutant("serial numbers have gaps")
def _(patch: pytest.MonkeyPatch) -> None:
    right = counting.next_serial
    patch.setattr(counting, "next_serial", lambda *a: right(*a) and right(*a))


@mutant("a proposal gets another number when it is resubmitted")
def _(patch: pytest.MonkeyPatch) -> None:
    right = applying.move

    def wrong(case: Any, step: Any, *a: Any, **more: Any) -> HistoryEntry:
        if step.action is Action.RESUBMIT:
            more["number"] = applying._next_number(case)
        return right(case, step, *a, **more)

    patch.setattr(applying, "move", wrong)


@mutant("the queue a proposal leaves goes on counting it")
def _(patch: pytest.MonkeyPatch) -> None:
    right = counting._COUNTED.run_each

    def wrong(session: Any, rows: Any) -> None:
        right(session, [row for row in rows if row["waiting"] > 0])

    patch.setattr(counting._COUNTED, "run_each", wrong)


def _without(patch: pytest.MonkeyPatch, kind: str) -> None:
    right = outbox.record
    patch.setattr(outbox, "record", lambda event: event if event.type == kind else right(event))


def _without_line(patch: pytest.MonkeyPatch, action: str) -> None:
    right = cases._entry

    def wrong(case: Any, *a: Any) -> HistoryEntry:
        entry = right(case, *a)
        if entry.action == action:
            case.session.add = lambda _: delattr(case.session, "add")
        return entry

    patch.setattr(cases, "_entry", wrong)


def _serials(patch: pytest.MonkeyPatch, changed: Callable[[int], int]) -> None:
    right = counting.next_serial
    patch.setattr(counting, "next_serial", lambda *a: changed(right(*a)))
