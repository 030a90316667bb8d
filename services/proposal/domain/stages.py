"""The words of the workflow: stages, roles, actions, results, and the labels people read."""

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
    NOT_SELECTED = "not_selected"


class Action(StrEnum):
    """Everything anybody can do to a proposal; `not_select` is for a deciding service only."""

    SUBMIT = "submit"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REVISE = "revise"
    REJECT = "reject"
    NOT_SELECT = "not_select"
    ENTER_RESULT = "enter_result"


class Result(StrEnum):
    MS = "ms"
    TMS = "tms"


# Who acts where no officer does; the officers' roles are in `staff.organisation`.
APPLICANT = "applicant"


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
    {Stage.COMPLETED, Stage.REJECTED, Stage.WITHDRAWN, Stage.NOT_SELECTED},
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

STAGE_LABELS: Mapping[Stage, Text] = {
    Stage.DRAFT: {"id": "Draf", "en": "Draft"},
    Stage.UMPEG_VERIFICATION: {
        "id": "Verifikasi Umpeg",
        "en": "Verification by the staffing section",
    },
    Stage.OPD_HEAD_APPROVAL: {
        "id": "Persetujuan Kepala OPD",
        "en": "Approval by the head of the OPD",
    },
    Stage.BKPSDM_VALIDATION: {"id": "Validasi BKPSDM", "en": "Validation by BKPSDM"},
    Stage.SECRETARY_VERIFICATION: {
        "id": "Verifikasi Sekretaris BKPSDM",
        "en": "Verification by the secretary of BKPSDM",
    },
    Stage.BKPSDM_HEAD_APPROVAL: {
        "id": "Persetujuan Kepala BKPSDM",
        "en": "Approval by the head of BKPSDM",
    },
    Stage.PROCESSING: {"id": "Diproses BKPSDM", "en": "In process at BKPSDM"},
    Stage.REVISION: {"id": "Revisi", "en": "Revision by the applicant"},
    Stage.COMPLETED: {"id": "Selesai", "en": "Completed"},
    Stage.REJECTED: {"id": "Ditolak", "en": "Rejected"},
    Stage.WITHDRAWN: {"id": "Dibatalkan", "en": "Withdrawn"},
    Stage.NOT_SELECTED: {"id": "Tidak terpilih", "en": "Not selected"},
}

ACTION_LABELS: Mapping[Action, Text] = {
    Action.SUBMIT: {"id": "Kirim Usulan", "en": "Submit"},
    Action.RESUBMIT: {"id": "Kirim Perbaikan", "en": "Resubmit"},
    Action.WITHDRAW: {"id": "Batalkan", "en": "Withdraw"},
    Action.APPROVE: {"id": "Setujui", "en": "Approve"},
    Action.REVISE: {"id": "Perbaikan", "en": "Return for revision"},
    Action.REJECT: {"id": "Tolak", "en": "Reject"},
    Action.NOT_SELECT: {"id": "Tidak dipilih", "en": "Not selected"},
    Action.ENTER_RESULT: {"id": "Input Hasil", "en": "Enter the result"},
}

# What the history tells of an action: that it was done, not what the button said.
DONE_LABELS: Mapping[Action, Text] = {
    Action.SUBMIT: {"id": "Usulan dikirim", "en": "Submitted"},
    Action.RESUBMIT: {"id": "Perbaikan dikirim", "en": "Resubmitted"},
    Action.WITHDRAW: {"id": "Dibatalkan pengusul", "en": "Withdrawn by the applicant"},
    Action.APPROVE: {"id": "Disetujui", "en": "Approved"},
    Action.REVISE: {"id": "Dikembalikan untuk perbaikan", "en": "Returned for revision"},
    Action.REJECT: {"id": "Ditolak", "en": "Rejected"},
    Action.NOT_SELECT: {"id": "Tidak terpilih", "en": "Not selected"},
    Action.ENTER_RESULT: {"id": "Hasil dimasukkan", "en": "Result entered"},
}

NOTE_SLOT_LABELS: Mapping[NoteSlot, Text] = {
    NoteSlot.UMPEG: {"id": "Catatan Umpeg", "en": "Note of the staffing section"},
    NoteSlot.OPD_HEAD: {"id": "Catatan Kepala OPD", "en": "Note of the head of the OPD"},
    NoteSlot.BKPSDM: {"id": "Catatan BKPSDM", "en": "Note of BKPSDM"},
    NoteSlot.BKPSDM_HEAD: {
        "id": "Catatan Kepala BKPSDM",
        "en": "Note of the head of BKPSDM",
    },
}

# Put before the name of who acts for a holder; whoever holds an office needs none.
ACTING_LABELS: Mapping[str, Text] = {
    "plt": {"id": "Plt.", "en": "Plt."},
    "plh": {"id": "Plh.", "en": "Plh."},
    "pj": {"id": "Pj.", "en": "Pj."},
}

RESULT_LABELS: Mapping[Result, Text] = {
    Result.MS: {"id": "Memenuhi Syarat (MS)", "en": "Requirements met (MS)"},
    Result.TMS: {"id": "Tidak Memenuhi Syarat (TMS)", "en": "Requirements not met (TMS)"},
}
