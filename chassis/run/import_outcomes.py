"""What is kept of a row that was worked on, and what its owner is told of what is wrong with it."""

from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from chassis.data.import_rows import WRONG
from chassis.http.problems import field_errors
from chassis.kernel.errors import FieldError, Refused
from chassis.kernel.languages import LANGUAGES
from chassis.run.importing import Effect, ImportKind

LONGEST_DETAIL = 300
Found = dict[str, Any]


def done(effect: Effect, outcome: str | None) -> Found:
    return {
        "verdict": effect.verdict,
        "outcome": outcome,
        "errors": [],
        "subject_id": effect.subject_id,
        "version": effect.version,
        "before": {fact: kept(value) for fact, value in effect.before.items()},
    }


def refused(error: Refused | ValidationError, kind: ImportKind) -> Found:
    return {"verdict": WRONG, "errors": errors_of(error, kind)}


def repeated(kind: ImportKind, first: int) -> FieldError:
    return FieldError(
        f"/{kind.key}",
        "row_repeated",
        f"Sudah ada pada baris {first}; baris ini tidak dipakai.",
        f"Already in row {first}; this row is not used.",
    )


def errors_of(error: Refused | ValidationError, kind: ImportKind) -> list[dict[str, Any]]:
    if isinstance(error, ValidationError):
        return [_told(wrong, kind) for wrong in field_errors(error.messages)]
    if error.errors:
        return [_told(wrong, kind) for wrong in error.errors]
    detail = {language: error.detail(language) for language in LANGUAGES}
    return [{"field": None, "code": error.code, "detail": detail}]


def _told(error: FieldError, kind: ImportKind) -> dict[str, Any]:
    name = error.pointer.rpartition("/")[2]
    column = kind.by_name.get(name)
    # An error may repeat what the cell says, and a cell may hold a book.
    detail = {"id": error.id[:LONGEST_DETAIL], "en": error.en[:LONGEST_DETAIL]}
    return {
        "field": column.name if column else None,
        "label": column.heading if column else None,
        "code": error.code,
        "detail": detail,
    }


def kept(value: Any) -> Any:
    """Return a value as JSON that `restored` makes the same value of."""
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"uuid": str(value)} if isinstance(value, UUID) else value


def restored(value: Any) -> Any:
    if isinstance(value, dict):
        return UUID(value["uuid"]) if "uuid" in value else date.fromisoformat(value["date"])
    return value
