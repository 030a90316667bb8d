"""Mistakes the state machine must find: each a sentence about what goes wrong, and a patch.

Whoever changes a rule of the machine can see here whether it still finds what it is there for.
Those about who holds an office and about what is written down stand in files of their own.
"""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.data import versioned
from chassis.events import dispatcher, inbox
from chassis.http import idempotency, writing
from chassis.process.ids import uuid7
from services.proposal.domain import workflow
from services.proposal.domain.moves import MOVES, Row
from services.proposal.domain.opening import everything
from services.proposal.domain.stages import Action, Stage
from services.proposal.models import Proposal
from services.proposal.queries import readiness
from services.proposal.usecases import attaching, reviewing
from staff import keeping

Mistake = Callable[[pytest.MonkeyPatch], None]
MUTANTS: dict[str, Mistake] = {}
# Those that take the machine longer than a few runs.
DEAR: set[str] = set()


def mutant(sentence: str, *, dear: bool = False) -> Callable[[Mistake], Mistake]:
    """Put a mistake on the list under a sentence that says what goes wrong."""

    def listed(mistake: Mistake) -> Mistake:
        assert sentence not in MUTANTS
        MUTANTS[sentence] = mistake
        if dear:
            DEAR.add(sentence)
        return mistake

    return listed


# --- where a step leads -----------------------------------------------------------------------


@mutant("a resubmitted proposal begins at the first stage again")
def _(patch: pytest.MonkeyPatch) -> None:
    right = workflow._destination

    def wrong(to: Any, position: Any, definition: Any) -> Stage:
        return definition.stages[0].stage if position.return_to else right(to, position, definition)

    patch.setattr(workflow, "_destination", wrong)


@mutant("a proposal can be withdrawn after a decision")
def _(patch: pytest.MonkeyPatch) -> None:
    rows = {Action.WITHDRAW: Row(Stage.WITHDRAWN)}
    patch.setattr(workflow, "MOVES", {stage: {**MOVES[stage], **rows} for stage in MOVES})


@mutant("a rejected proposal can be resubmitted", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    right = workflow._legal_row

    def wrong(position: Any, action: Any, role: str, definition: Any) -> Row:
        if (position.stage, action) == (Stage.REJECTED, Action.RESUBMIT):
            return Row(definition.stages[0].stage)
        return right(position, action, role, definition)

    patch.setattr(workflow, "_legal_row", wrong)


@mutant("a head can ask for a revision", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    heads = (Stage.OPD_HEAD_APPROVAL, Stage.BKPSDM_HEAD_APPROVAL)
    row = {Action.REVISE: Row(Stage.REVISION, note=True)}
    patch.setattr(workflow, "MOVES", {**MOVES, **{one: {**MOVES[one], **row} for one in heads}})


@mutant("approving jumps over the next stage")
def _(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: Any, stage: Stage) -> Stage:
        stages = [rule.stage for rule in self.stages]
        return stages[min(stages.index(stage) + 2, len(stages) - 1)]

    patch.setattr(workflow.LayananDefinition, "stage_after", wrong)


@mutant("a proposal closes without its result document", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    right = workflow.enter_result
    patch.setattr(
        workflow, "enter_result", lambda *a, **more: right(*a, **more | {"has_document": True})
    )


@mutant("one person may have any number of proposals open")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(readiness, "counted", lambda *_: 0)


# --- papers -----------------------------------------------------------------------------------


@mutant("papers can be changed after they were handed in")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(attaching, "opened_parts", lambda _, layanan: everything(layanan))


@mutant("a revision opens everything, whatever was marked", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reviewing, "opened_by", lambda layanan, _: everything(layanan))


@mutant("a replaced paper stays the current one")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(attaching, "_retire", lambda *_: True)


# --- two at once, and twice -------------------------------------------------------------------


@mutant("nobody looks at which version was seen")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Proposal, "check_seen", lambda *_: None)


@mutant("who was slower is not told")
def _(patch: pytest.MonkeyPatch) -> None:
    right = versioned.count_changed
    patch.setattr(versioned, "count_changed", lambda *a: max(1, right(*a)))


@mutant("an idempotency key is not looked at")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(idempotency, "key_given", lambda: None)


@mutant("an idempotency key is forgotten when the process dies")
def _(patch: pytest.MonkeyPatch) -> None:
    answers: dict[Any, Any] = {}
    right, key_of = writing.write, idempotency.key_given

    def wrong(produce: Any, **more: Any) -> Any:
        known = (id(writing.here()), key_of())
        if known[1] is None or known not in answers:
            answers[known] = right(produce, **more)
        else:
            answers[known].headers["Idempotency-Replayed"] = "true"
        return answers[known]

    patch.setattr(idempotency, "key_given", lambda: None)
    patch.setattr(writing, "write", wrong)


@mutant("an event that comes twice is applied twice")
def _(patch: pytest.MonkeyPatch) -> None:
    right = inbox._row
    patch.setattr(inbox, "_row", lambda *a: right(*a) | {"event_id": uuid7()})


@mutant("an event is marked as handled before it is", dear=True)
def _(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: Any, rows: Any) -> None:
        table, db = self.runtime.db.plumbing.inbox, self.runtime.db
        with db.transaction() as session:
            done = table.update().where(table.c.sequence.in_([row.sequence for row in rows]))
            session.execute(done.values(status="done"))
        with dispatcher.in_region(rows[0].region), db.transaction():
            self._take_effect(rows)

    patch.setattr(dispatcher.Dispatcher, "_apply", wrong)


@mutant("what comes late overwrites what is newer")
def _(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(keeping, "_is_late", lambda *_, **__: False)
