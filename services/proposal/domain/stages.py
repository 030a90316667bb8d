"""The words of the workflow: stages, roles, actions and results."""

from collections.abc import Mapping
from enum import StrEnum

from staff.organisation import Role

Text = Mapping[str, str]


class Stage(StrEnum):
    DRAFT = "draft"
    UMPEG_VERIFICATION = "umpeg_verification"
    OPD_HEAD_APPROVAL = "opd_head_approval"
    BKPSDM_VALIDATION = "bkpsdm_validation"
    SECRETARY_VERIFICATION = "secretary_verification"
    BKPSDM_HEAD_APPROVAL = "bkpsdm_head_approval"
    PROCESSING = "processing"
    REVISION = "revision"
    COMPLETED = "completed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    NOT_SELECTED = "not_selected"


class Action(StrEnum):
    """Everything that happens to a proposal; `not_select` is for a deciding service only."""

    SUBMIT = "submit"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REVISE = "revise"
    REJECT = "reject"
    NOT_SELECT = "not_select"
    ENTER_RESULT = "enter_result"
    CLOSE = "close"
    REQUEST_WITHDRAWAL = "request_withdrawal"
    CONFIRM_WITHDRAWAL = "confirm_withdrawal"
    REFUSE_WITHDRAWAL = "refuse_withdrawal"
    REROUTE = "reroute"


class Result(StrEnum):
    MS = "ms"
    TMS = "tms"


# Stands before the name of a service that decides a stage in place of an officer (R1).
SERVICE = "service:"

# Who acts where no officer does; the officers' roles are in `staff.organisation`.
APPLICANT = "applicant"
# Who moves a proposal as the staff register says (R32).
SYSTEM = "system"


class NoteSlot(StrEnum):
    """Where a note is shown to the applicant (ruling R13)."""

    UMPEG = "umpeg"
    OPD_HEAD = "opd_head"
    BKPSDM = "bkpsdm"
    BKPSDM_HEAD = "bkpsdm_head"


DECISIONS = (Action.APPROVE, Action.REVISE, Action.REJECT)

VERIFYING_STAGES = (
    Stage.UMPEG_VERIFICATION,
    Stage.OPD_HEAD_APPROVAL,
    Stage.BKPSDM_VALIDATION,
    Stage.SECRETARY_VERIFICATION,
    Stage.BKPSDM_HEAD_APPROVAL,
)
OFFICER_STAGES = (*VERIFYING_STAGES, Stage.PROCESSING)

FINAL_STAGES = frozenset(
    {Stage.COMPLETED, Stage.REJECTED, Stage.WITHDRAWN, Stage.CLOSED, Stage.NOT_SELECTED},
)

STAGE_ROLES: Mapping[Stage, str] = {
    Stage.DRAFT: APPLICANT,
    Stage.UMPEG_VERIFICATION: Role.UMPEG,
    Stage.OPD_HEAD_APPROVAL: Role.OPD_HEAD,
    Stage.BKPSDM_VALIDATION: Role.BKPSDM_ADMIN,
    Stage.SECRETARY_VERIFICATION: Role.BKPSDM_SECRETARY,
    Stage.BKPSDM_HEAD_APPROVAL: Role.BKPSDM_HEAD,
    Stage.PROCESSING: Role.BKPSDM_ADMIN,
    Stage.REVISION: APPLICANT,
}

NOTE_SLOTS: Mapping[Stage, NoteSlot] = {
    Stage.UMPEG_VERIFICATION: NoteSlot.UMPEG,
    Stage.OPD_HEAD_APPROVAL: NoteSlot.OPD_HEAD,
    Stage.BKPSDM_VALIDATION: NoteSlot.BKPSDM,
    Stage.SECRETARY_VERIFICATION: NoteSlot.BKPSDM,
    Stage.BKPSDM_HEAD_APPROVAL: NoteSlot.BKPSDM_HEAD,
    Stage.PROCESSING: NoteSlot.BKPSDM,
}
