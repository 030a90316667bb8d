"""Mistakes in how cases answer and end: each must be found, as those of `machine_mutants`."""

from typing import Any
from uuid import UUID

import pytest

from services.proposal import subscriptions
from services.proposal.domain import closing
from services.proposal.domain.sent import Sent
from services.proposal.queries import readiness
from services.proposal.usecases import closing as closing_desk
from services.proposal.usecases import reviewing
from staff.deciders import Holder
from tests.proposal.machine_mutants import mutant


@mutant("a revision is sent again as it was")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(readiness, "unanswered", lambda _parts: [])


@mutant("whoever may see a proposal may close it")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(closing_desk, "ender_of", _anybody)


@mutant("a proposal is closed without a note")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(closing, "check_note", lambda _note: None)


@mutant("a case stays with the OPD that its applicant left")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(subscriptions, "left_behind", lambda *_: [])


@mutant("what is marked as wrong is approved")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reviewing, "check_nothing_marked", lambda _reasons: None)


@mutant("what was sent is forgotten when a revision begins")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reviewing, "as_it_stands", lambda *_: Sent())


@mutant("a case that ends in a revision keeps what was never sent")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(closing_desk, "as_last_sent", lambda case: case.proposal.opened)


def _anybody(person_id: UUID, *_: Any) -> Holder:
    return Holder(person_id, "umpeg", "definitive")
