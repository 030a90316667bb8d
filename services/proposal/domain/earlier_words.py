"""In which words rows are kept, so that a process of the previous release can show them.

It knows neither the stage `closed` nor the actions that came with it, and fails on what it does
not know. What really happened stands beside, in columns it does not read. The release after this
one can write the real words alone.
"""

from collections.abc import Mapping

from services.proposal.domain.stages import Action, Stage

_STAGES: Mapping[str, Stage] = {Stage.CLOSED: Stage.WITHDRAWN}
_ACTIONS: Mapping[str, str] = {
    Action.CLOSE: Action.WITHDRAW,
    Action.CONFIRM_WITHDRAWAL: Action.WITHDRAW,
    Action.REQUEST_WITHDRAWAL: "sub_status",
    Action.REFUSE_WITHDRAWAL: "sub_status",
    Action.REROUTE: "sub_status",
}


def kept_stage(stage: str) -> str:
    """Return the stage that is written for one."""
    return str(_STAGES.get(stage, stage))


def kept_action(action: str) -> str:
    """Return the action that is written for one."""
    return str(_ACTIONS.get(action, action))
