"""Everything that must be true before a proposal goes to the officers.

All problems come back at once, each with a JSON pointer, so that the applicant corrects a form
once. `check_draft` is lenient (a draft may be incomplete), `check_submit` is complete, and
`check_resubmit` leaves out what was judged at the first submission (window, number open).
"""

from collections.abc import Mapping
from typing import Any

from chassis.kernel.errors import FieldError, Invalid
from chassis.kernel.words import Size
from services.proposal.domain.attaching import Attached
from services.proposal.domain.facts import Moment, period_of, with_computed
from services.proposal.domain.field_checking import is_empty, value_errors
from services.proposal.domain.filing import (
    Applicant,
    Obstacle,
    ObstacleKind,
    filing_obstacles,
)
from services.proposal.domain.layanan import Field, LayananDefinition, Requirement
from services.proposal.domain.saying import error


class ProposalNotReady(Invalid):
    """The proposal is not ready; `errors` names every reason."""

    code = "submission_refused"
    text = {
        "id": "Usulan belum dapat dikirim. Periksa bagian yang ditandai.",
        "en": "The proposal cannot be submitted yet. See the errors.",
    }


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
            errors.append(error(f"/fields/{name}", "unknown_field"))
        elif field.system:
            errors.append(error(f"/fields/{name}", "system_field"))
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
    """List everything that keeps a draft from being submitted; see `submit_obstacles`."""
    obstacles = submit_obstacles(
        definition,
        values=values,
        documents=documents,
        applicant=applicant,
        moment=moment,
        open_count=open_count,
    )
    return [obstacle.error for obstacle in obstacles]


def submit_obstacles(
    definition: LayananDefinition,
    *,
    values: Mapping[str, Any],
    documents: Mapping[str, Attached],
    applicant: Applicant,
    moment: Moment,
    open_count: int = 0,
) -> list[Obstacle]:
    """List everything that keeps a draft from being submitted, and of which kind it is.

    `open_count` is the number of other proposals that count against `max_open`. A rule about an
    answer that is still missing says nothing before the form is complete.
    """
    incomplete = resubmit_obstacles(
        definition, values=values, documents=documents, applicant=applicant, moment=moment
    )
    obstacles = filing_obstacles(
        definition,
        values,
        applicant=applicant,
        moment=moment,
        open_count=open_count,
        entered=not incomplete,
    )
    return [*obstacles, *incomplete]


def resubmit_obstacles(
    definition: LayananDefinition,
    *,
    values: Mapping[str, Any],
    documents: Mapping[str, Attached],
    applicant: Applicant,
    moment: Moment,
) -> list[Obstacle]:
    """List what is missing or wrong in the fields and documents."""
    errors = check_resubmit(
        definition, values=values, documents=documents, applicant=applicant, moment=moment
    )
    return [Obstacle(ObstacleKind.INCOMPLETE, found) for found in errors]


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
        error(f"/fields/{name}", "unknown_field")
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
    errors = [error(f"/fields/{name}", "unknown_field") for name in values if name not in fields]
    for item in fields.values():
        errors += _entry_errors(item, values, {})
    return errors


def _entry_errors(
    item: Field,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> list[FieldError]:
    value = values.get(item.name)
    if is_empty(value) and item.need.applies(values, facts):
        return [error(f"/fields/{item.name}", "required")]
    return value_errors(item, value)


def _document_errors(
    row: Requirement,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    attached: Attached | None,
) -> list[FieldError]:
    pointer = f"/documents/{row.code}"
    if attached is not None and attached.is_refused:
        return [error(pointer, "document_infected", name=row.name)]
    if attached is not None:
        too_large = attached.size > row.max_bytes
        limit = Size(row.max_bytes)
        return [error(pointer, "document_too_large", limit=limit)] if too_large else []
    missing = row.upload and row.need.applies(values, facts)
    return [error(pointer, "document_required", name=row.name)] if missing else []
