"""Where a case goes whose applicant moved to another OPD (ruling R32)."""

from dataclasses import replace

from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.stages import Stage
from services.proposal.domain.workflow import Position

BEFORE_THE_HEAD = frozenset({Stage.UMPEG_VERIFICATION, Stage.OPD_HEAD_APPROVAL})


def rerouted(position: Position, definition: LayananDefinition) -> Position | None:
    """Return where a case begins again at the new OPD; None where it goes on as it is.

    Before the OPD head's approval it goes to the new OPD's staffing section. A revision stays
    with the applicant and goes there when it is sent.
    """
    in_revision = position.stage is Stage.REVISION
    waits_for = position.return_to if in_revision else position.stage
    if waits_for not in BEFORE_THE_HEAD:
        return None
    has_umpeg = definition.stage_rule(Stage.UMPEG_VERIFICATION) is not None
    first = Stage.UMPEG_VERIFICATION if has_umpeg else definition.stages[0].stage
    if in_revision:
        return replace(position, return_to=first)
    return replace(position, stage=first)
