"""Everything that must be true before a proposal goes to the officers.

All problems come back at once, each with a JSON pointer, so that the applicant corrects a form
once. `check_draft` is lenient (a draft may be incomplete), `check_submit` is complete, and
`check_resubmit` leaves out what was judged at the first submission (window, number open).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.kernel.errors import FieldError, Invalid
from chassis.kernel.languages import LANGUAGES
from services.proposal.domain.attaching import Attached
from services.proposal.domain.facts import Moment, period_of, with_computed
from services.proposal.domain.field_checking import field_error, is_empty, value_errors
from services.proposal.domain.layanan import Field, LayananDefinition, Requirement
from services.proposal.domain.windows import WindowState, state_at
from services.proposal.domain.wording import day_in_words, month_in_words


class ProposalNotReady(Invalid):
    """The proposal is not ready; `errors` names every reason."""

    code = "submission_refused"
    text = {
        "id": "Usulan belum dapat dikirim. Periksa bagian yang ditandai.",
        "en": "The proposal cannot be submitted yet. See the errors.",
    }


@dataclass(frozen=True)
class Applicant:
    """`kind` is pns or pppk; `facts` are the employee's facts (see `layanan.schema.json`)."""

    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def check_draft(
    definition: LayananDefinition,
    values: Mapping[str, Any],
) -> list[FieldError]:
    """Check entered values by type; missing ones are fine in a draft.

    A value of None clears a field. Unknown and system fields are refused.
    """
    errors = []
    for name, value in values.items():
        field = definition.field_named(name)
        if field is None:
            errors.append(_error(f"/fields/{name}", "unknown_field"))
        elif field.system:
            errors.append(_error(f"/fields/{name}", "system_field"))
        else:
            errors += value_errors(field, value)
    return errors


def check_submit(
    definition: LayananDefinition,
    *,
    values: Mapping[str, Any],
    documents: Mapping[str, Attached],
    applicant: Applicant,
    moment: Moment,
    open_count: int = 0,
) -> list[FieldError]:
    """List everything that keeps a draft from being submitted.

    `open_count` is the number of other proposals that count against `max_open`.
    """
    return [
        *_eligibility_errors(definition, values, applicant, moment),
        *_open_count_errors(definition, open_count),
        *_window_errors(definition, values, moment),
        *check_resubmit(
            definition,
            values=values,
            documents=documents,
            applicant=applicant,
            moment=moment,
        ),
    ]


def check_resubmit(
    definition: LayananDefinition,
    *,
    values: Mapping[str, Any],
    documents: Mapping[str, Attached],
    applicant: Applicant,
    moment: Moment,
) -> list[FieldError]:
    """List what is missing or wrong in the fields and documents."""
    facts = with_computed(applicant.facts, period=period_of(definition, values, moment))
    errors = [
        _error(f"/fields/{name}", "unknown_field")
        for name in values
        if definition.field_named(name) is None
    ]
    for item in definition.fields:
        errors += _entry_errors(item, values, facts)
    for row in definition.requirements:
        errors += _document_errors(row, values, facts, documents.get(row.code))
    return errors


def check_result(definition: LayananDefinition, values: Mapping[str, Any]) -> list[FieldError]:
    """Check the facts an officer enters with the result (R22)."""
    fields = {item.name: item for item in definition.result.fields}
    errors = [_error(f"/fields/{name}", "unknown_field") for name in values if name not in fields]
    for item in fields.values():
        errors += _entry_errors(item, values, {})
    return errors


def window_state(
    definition: LayananDefinition,
    values: Mapping[str, Any],
    moment: Moment,
) -> WindowState:
    """Say whether the layanan takes this proposal now, and if it is late."""
    if definition.window is None:
        return WindowState(is_open=True)
    return state_at(
        definition.window,
        period_of(definition, values, moment),
        now=moment.now,
        zone=moment.zone,
        holidays=moment.holidays,
    )


def _entry_errors(
    item: Field,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> list[FieldError]:
    value = values.get(item.name)
    if is_empty(value) and item.need.applies(values, facts):
        return [_error(f"/fields/{item.name}", "required")]
    return value_errors(item, value)


def _document_errors(
    row: Requirement,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    attached: Attached | None,
) -> list[FieldError]:
    pointer = f"/documents/{row.code}"
    if attached is not None:
        too_large = attached.size > row.max_bytes
        return [_error(pointer, "document_too_large", limit=row.max_bytes)] if too_large else []
    missing = row.upload and row.need.applies(values, facts)
    return [_error(pointer, "document_required", name=row.name)] if missing else []


def _eligibility_errors(
    definition: LayananDefinition,
    values: Mapping[str, Any],
    applicant: Applicant,
    moment: Moment,
) -> list[FieldError]:
    if applicant.kind not in definition.allowed_kinds:
        return [_error("/layanan", "kind_not_allowed")]
    facts = with_computed(applicant.facts, period=period_of(definition, values, moment))
    return [
        field_error("/layanan", rule.code, rule.refusal)
        for rule in definition.eligibility
        if not rule.when.holds(values, facts)
    ]


def _open_count_errors(definition: LayananDefinition, open_count: int) -> list[FieldError]:
    limit = definition.max_open.count
    if open_count < limit:
        return []
    code = "already_filed" if definition.max_open.per_period else "too_many_open"
    return [_error("/layanan", code, limit=limit)]


def _window_errors(
    definition: LayananDefinition,
    values: Mapping[str, Any],
    moment: Moment,
) -> list[FieldError]:
    state = window_state(definition, values, moment)
    if state.is_open or definition.window is None:
        return []
    pointer = f"/fields/{definition.window.period_field}"
    if state.next_opens is None or state.next_period is None:
        return [_error(pointer, "window_closed_for_good")]
    return [
        _error(
            pointer,
            "window_closed",
            date=day_in_words(state.next_opens),
            period=month_in_words(state.next_period),
        ),
    ]


_TEXTS: Mapping[str, Mapping[str, str]] = {
    "required": {"id": "Wajib diisi.", "en": "This field is required."},
    "unknown_field": {"id": "Isian tidak dikenal.", "en": "There is no such field."},
    "system_field": {
        "id": "Isian ini ditetapkan oleh sistem.",
        "en": "This field is set by the system.",
    },
    "document_required": {
        "id": "Dokumen “{name}” wajib dilampirkan.",
        "en": "The document “{name}” is required.",
    },
    "document_too_large": {
        "id": "Ukuran dokumen melebihi batas {limit} byte.",
        "en": "The document is larger than {limit} bytes.",
    },
    "kind_not_allowed": {
        "id": "Layanan ini tidak tersedia untuk jenis kepegawaian Anda.",
        "en": "This layanan is not open to your kind of employee.",
    },
    "too_many_open": {
        "id": "Masih ada usulan yang berjalan untuk layanan ini (batas {limit}).",
        "en": "A proposal for this layanan is still running (limit {limit}).",
    },
    "already_filed": {
        "id": "Usulan untuk periode ini sudah diajukan (batas {limit}).",
        "en": "A proposal for this period was filed already (limit {limit}).",
    },
    "window_closed": {
        "id": "Masa pengajuan sedang tertutup. Dibuka kembali {date} untuk periode {period}.",
        "en": "Submission is closed now. It opens on {date} for the period {period}.",
    },
    "window_closed_for_good": {
        "id": "Masa pengajuan sudah tertutup dan belum ada jadwal berikutnya.",
        "en": "Submission is closed and no next date is set.",
    },
}


def _error(pointer: str, code: str, **params: object) -> FieldError:
    said = {language: _filled(code, language, params) for language in LANGUAGES}
    return FieldError(pointer, code, said["id"], said["en"])


def _filled(code: str, language: str, params: Mapping[str, object]) -> str:
    spoken = {
        name: value[language] if isinstance(value, Mapping) else value
        for name, value in params.items()
    }
    return _TEXTS[code][language].format(**spoken)
