"""What the tests of the workflow share: a plain layanan and one step of it."""

from services.proposal.domain import workflow
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.reasons import Reason
from services.proposal.domain.stages import Action, Stage
from services.proposal.domain.workflow import Move, Position
from tests.builders.definitions import a_definition

PLAIN = a_definition()
RETURNING = a_definition(return_from_processing=True)
OFFICERS = ("umpeg", "opd_head", "bkpsdm_admin", "bkpsdm_secretary", "bkpsdm_head")
SUBMITTED = Position(Stage.UMPEG_VERIFICATION)


def decide(
    stage: str,
    decision: str,
    role: str,
    *,
    definition: LayananDefinition = PLAIN,
    note: str = "Mohon dilengkapi",
    reasons: tuple[Reason, ...] = (),
) -> Move:
    return workflow.decide(
        Position(Stage(stage)),
        Action(decision),
        role=role,
        definition=definition,
        note=note,
        reasons=reasons,
    )


def owner_of(stage: str) -> str:
    return str(workflow.decider_of(PLAIN, Stage(stage)))
