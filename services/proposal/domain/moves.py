"""The workflow as a table: stage × action → where it leads, what it takes (docs/rulings.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from services.proposal.domain.stages import Action, Stage


class Target(Enum):
    """Destinations that depend on the layanan or on the past."""

    FIRST = auto()
    NEXT = auto()
    ASKING = auto()


class Option(Enum):
    """Rows of the table that a layanan switches on."""

    RETURN_FROM_PROCESSING = auto()
    SERVICE_DECIDES = auto()


@dataclass(frozen=True)
class Row:
    to: Stage | Target
    note: bool = False
    only_with: Option | None = None
    before_first_decision: bool = False


_VERIFY: Mapping[Action, Row] = {
    Action.APPROVE: Row(Target.NEXT),
    Action.REVISE: Row(Stage.REVISION, note=True),
    Action.REJECT: Row(Stage.REJECTED, note=True),
    Action.WITHDRAW: Row(Stage.WITHDRAWN, before_first_decision=True),
}
# The two heads approve or reject, they cannot ask for a correction.
_APPROVE: Mapping[Action, Row] = {
    action: row for action, row in _VERIFY.items() if action is not Action.REVISE
}

MOVES: Mapping[Stage, Mapping[Action, Row]] = {
    Stage.DRAFT: {
        Action.SUBMIT: Row(Target.FIRST),
        Action.WITHDRAW: Row(Stage.WITHDRAWN),
    },
    Stage.UMPEG_VERIFICATION: _VERIFY,
    Stage.OPD_HEAD_APPROVAL: {
        **_APPROVE,
        Action.NOT_SELECT: Row(Stage.NOT_SELECTED, only_with=Option.SERVICE_DECIDES),
    },
    Stage.BKPSDM_VALIDATION: _VERIFY,
    Stage.SECRETARY_VERIFICATION: _VERIFY,
    Stage.BKPSDM_HEAD_APPROVAL: _APPROVE,
    Stage.PROCESSING: {
        Action.ENTER_RESULT: Row(Stage.COMPLETED),
        Action.REVISE: Row(
            Stage.REVISION,
            note=True,
            only_with=Option.RETURN_FROM_PROCESSING,
        ),
    },
    Stage.REVISION: {Action.RESUBMIT: Row(Target.ASKING)},
}

# Of a proposal that is held a head, and who processes it, can ask for another document too.
HELD: Mapping[Action, Row] = {Action.REVISE: Row(Stage.REVISION, note=True)}

APPLICANT_ACTIONS = frozenset({Action.SUBMIT, Action.RESUBMIT, Action.WITHDRAW})
