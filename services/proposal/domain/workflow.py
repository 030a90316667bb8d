"""The state machine: the table of `moves`, read with the options of the layanan.

Pure: a position and a wish go in, a `Move` or a named refusal comes out. Who *holds* a role
today is another question, answered in `deciders`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chassis.kernel.errors import FieldError, Forbidden, Invalid, Refused
from services.proposal.domain.layanan import LayananDefinition
from services.proposal.domain.moves import APPLICANT_ACTIONS, HELD, MOVES, Option, Row, Target
from services.proposal.domain.reasons import Reason, reason_errors
from services.proposal.domain.stages import (
    APPLICANT,
    FINAL_STAGES,
    NOTE_SLOTS,
    OFFICER_STAGES,
    SERVICE,
    STAGE_ROLES,
    Action,
    NoteSlot,
    Result,
    Stage,
)


class IllegalMove(Refused):
    """The action does not exist in this stage of this layanan."""

    code = "illegal_move"
    text = {
        "id": "Tindakan ini tidak dapat dilakukan pada tahap usulan sekarang.",
        "en": "This cannot be done in the present stage of the proposal.",
    }


class AlreadyDecided(Refused):
    """Somebody else was faster, or this stage is behind us."""

    code = "already_decided"
    text = {
        "id": "Usulan ini baru saja diputuskan atau diubah. Muat ulang untuk melihat keadaannya.",
        "en": "This proposal was just decided or changed. Reload to see where it stands.",
    }


class NotYourStage(Forbidden):
    """The stage is decided by another role, or by a service."""

    code = "not_your_stage"
    text = {
        "id": "Tahap ini diputuskan oleh pejabat lain.",
        "en": "This stage is decided by somebody else.",
    }


class DocumentRefused(Refused):
    """A document of the proposal was refused after it was taken: it is replaced first."""

    code = "document_refused"
    text = {
        "id": "Dalam dokumen usulan ini ditemukan virus, sehingga usulan belum dapat disetujui. "
        "Minta perbaikan agar pengusul mengganti dokumen itu.",
        "en": "A virus was found in a document of this proposal, so it cannot be approved yet. "
        "Return it, so that the applicant replaces the document.",
    }


class AlreadyVerified(Refused):
    """A proposal can be withdrawn only before its first verification."""

    code = "already_verified"
    text = {
        "id": "Usulan sudah diverifikasi sehingga tidak dapat dibatalkan.",
        "en": "The proposal was verified already and cannot be withdrawn.",
    }


class NoteRequired(Invalid):
    """A rejection or a return must say why (ruling R13)."""

    code = "note_required"
    text = {"id": "Catatan wajib diisi.", "en": "A note is required."}


class ReasonUnknown(Invalid):
    """A reason code or its target does not exist."""

    code = "reason_unknown"
    text = {"id": "Alasan tidak dikenal.", "en": "The reason is not known."}


class RemarkRequired(Invalid):
    """A result TMS must be explained."""

    code = "remark_required"
    text = {
        "id": "Keterangan wajib diisi untuk hasil TMS.",
        "en": "A remark is required for the result TMS.",
    }


class ResultDocumentRequired(Invalid):
    """The layanan ends with a document (ruling R12)."""

    code = "result_document_required"
    text = {
        "id": "Dokumen hasil wajib diunggah untuk hasil {result}.",
        "en": "A result document is required for the result {result}.",
    }


class ResultDocumentRefused(Invalid):
    """A refusal of this layanan comes without a document (ruling R12)."""

    code = "result_document_refused"
    text = {
        "id": "Hasil TMS layanan ini tanpa dokumen. Jelaskan dalam keterangan.",
        "en": "The result TMS of this layanan has no document. Explain it in the remark.",
    }


@dataclass(frozen=True)
class Position:
    """Where a proposal stands. `return_to` is the stage that asked for the revision.

    `is_held`: a present document was refused after it was taken (decision 0041).
    """

    stage: Stage
    return_to: Stage | None = None
    decided: bool = False
    is_held: bool = False


@dataclass(frozen=True)
class Move:
    """A legal step. `position` is where the proposal stands afterwards."""

    action: Action
    role: str
    from_stage: Stage
    position: Position
    note_slot: NoteSlot | None = None
    result: Result | None = None

    @property
    def to_stage(self) -> Stage:
        return self.position.stage

    @property
    def is_final(self) -> bool:
        return self.to_stage in FINAL_STAGES


def decider_of(definition: LayananDefinition, stage: Stage) -> str | None:
    """Tell who decides a stage: a role code or `service:<name>` (R1)."""
    if stage not in OFFICER_STAGES:
        return STAGE_ROLES.get(stage)
    rule = definition.stage_rule(stage)
    return (rule.decider or STAGE_ROLES[stage]) if rule else None


def allowed_actions(
    position: Position,
    role: str,
    *,
    definition: LayananDefinition,
) -> tuple[Action, ...]:
    """List what `role` may do now, for buttons and for inboxes."""
    actions = []
    for action in _rows(position):
        try:
            _legal_row(position, action, role, definition)
        except Refused:
            continue
        actions.append(action)
    return tuple(actions)


def submit(position: Position, *, definition: LayananDefinition) -> Move:
    """Send a draft to the first stage. Raises `IllegalMove`."""
    return _move(position, Action.SUBMIT, APPLICANT, definition)


def resubmit(position: Position, *, definition: LayananDefinition) -> Move:
    """Send a corrected proposal back to the stage that asked (R14)."""
    return _move(position, Action.RESUBMIT, APPLICANT, definition)


def withdraw(position: Position, *, definition: LayananDefinition) -> Move:
    """Withdraw. Raises `AlreadyVerified` after the first decision."""
    return _move(position, Action.WITHDRAW, APPLICANT, definition)


def decide(
    position: Position,
    decision: Action,
    *,
    role: str,
    definition: LayananDefinition,
    note: str = "",
    reasons: Sequence[Reason] = (),
) -> Move:
    """Decide a stage; `role` is a role code or `service:<name>`.

    Raises `IllegalMove`, `NotYourStage`, `NoteRequired`, `ReasonUnknown`, `DocumentRefused`.
    """
    if decision in APPLICANT_ACTIONS or decision is Action.ENTER_RESULT:
        raise IllegalMove
    row = _legal_row(position, decision, role, definition)
    if row.note:
        check_note(note)
    _check_reasons(reasons, definition)
    return _move(position, decision, role, definition)


def check_note(note: str) -> None:
    """Refuse to say no, or to end something, without a word. Raises `NoteRequired`."""
    if not note.strip():
        raise NoteRequired(errors=[_required("/note", "Catatan wajib diisi.")])


def enter_result(
    position: Position,
    result: Result,
    *,
    role: str,
    definition: LayananDefinition,
    remark: str = "",
    has_document: bool = False,
) -> Move:
    """Close a proposal with MS or TMS (ruling R12).

    Raises `IllegalMove`, `NotYourStage`, `RemarkRequired`, `ResultDocumentRequired`,
    `ResultDocumentRefused`.
    """
    _legal_row(position, Action.ENTER_RESULT, role, definition)
    if result is Result.TMS and not remark.strip():
        raise RemarkRequired(errors=[_required("/remark", "Keterangan wajib diisi.")])
    _check_document(definition.result.document_with(result), result, has_document=has_document)
    return _move(position, Action.ENTER_RESULT, role, definition, result)


def _check_document(wanted: str, result: Result, *, has_document: bool) -> None:
    if wanted == "required" and not has_document:
        raise ResultDocumentRequired(
            errors=[_required("/receipt", "Dokumen hasil wajib diunggah.")],
            result=result.upper(),
        )
    if wanted == "none" and has_document:
        refusal = ResultDocumentRefused.text
        error = FieldError("/receipt", ResultDocumentRefused.code, refusal["id"], refusal["en"])
        raise ResultDocumentRefused(errors=[error])


def _legal_row(
    position: Position,
    action: Action,
    role: str,
    definition: LayananDefinition,
) -> Row:
    row = _rows(position).get(action)
    decider = decider_of(definition, position.stage)
    if row is None or decider is None or not _option_on(row.only_with, decider, definition):
        raise IllegalMove
    owner = APPLICANT if action in APPLICANT_ACTIONS else decider
    if role != owner:
        raise NotYourStage
    if row.before_first_decision and position.decided:
        raise AlreadyVerified
    if position.is_held and action is Action.APPROVE and not role.startswith(SERVICE):
        raise DocumentRefused
    return row


def _rows(position: Position) -> Mapping[Action, Row]:
    """Return what there is to do; whoever decides about a held proposal can return it."""
    rows = MOVES.get(position.stage, {})
    return {**rows, **HELD} if position.is_held and position.stage in OFFICER_STAGES else rows


def _option_on(option: Option | None, decider: str, definition: LayananDefinition) -> bool:
    if option is Option.RETURN_FROM_PROCESSING:
        return definition.return_from_processing
    if option is Option.SERVICE_DECIDES:
        return decider.startswith(SERVICE)
    return True


def _move(
    position: Position,
    action: Action,
    role: str,
    definition: LayananDefinition,
    result: Result | None = None,
) -> Move:
    row = _legal_row(position, action, role, definition)
    to_stage = _destination(row.to, position, definition)
    after = Position(
        stage=to_stage,
        return_to=position.stage if to_stage is Stage.REVISION else None,
        decided=position.decided or action not in APPLICANT_ACTIONS,
    )
    slot = None if action in APPLICANT_ACTIONS else NOTE_SLOTS.get(position.stage)
    return Move(action, role, position.stage, after, slot, result)


def _destination(
    to: Stage | Target,
    position: Position,
    definition: LayananDefinition,
) -> Stage:
    if isinstance(to, Stage):
        return to
    if to is Target.FIRST:
        return definition.stages[0].stage
    if to is Target.NEXT:
        return definition.stage_after(position.stage)
    if position.return_to is None:
        raise IllegalMove
    return position.return_to


def _check_reasons(reasons: Sequence[Reason], definition: LayananDefinition) -> None:
    errors = reason_errors(
        reasons,
        fields=[field.name for field in definition.fields],
        documents=[requirement.code for requirement in definition.requirements],
    )
    if errors:
        raise ReasonUnknown(errors=errors)


def _required(pointer: str, indonesian: str) -> FieldError:
    return FieldError(pointer, "required", indonesian, "This is required.")
