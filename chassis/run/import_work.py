"""The parts of an import: each tries, applies or undoes some rows, in one transaction.

A row that is refused is put back alone; the others of its part stand.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import ColumnElement, Row, Table, func, select, update

from chassis.data.import_rows import (
    APPLIED,
    APPLYING,
    CHANGED,
    CHECKED,
    CHECKING,
    NEW,
    NOT_UNDONE,
    SAME,
    UNDOING,
    UNDONE,
    WRONG,
)
from chassis.http.problems import field_errors
from chassis.kernel.errors import FieldError, Forbidden, Invalid, Refused
from chassis.kernel.languages import LANGUAGES
from chassis.run.import_columns import read_row
from chassis.run.import_corrections import checking_with_paper
from chassis.run.importing import (
    LABELS,
    Effect,
    Importing,
    ImportKind,
    Telling,
    job_code,
    source_of,
)
from chassis.run.jobs import Job, JobKind, Part

ROWS_IN_A_PART = 100
LONGEST_DETAIL = 300
Found = dict[str, Any]


class _Tried(Exception):
    """Carries what a row did out of the block that undoes it."""

    def __init__(self, effect: Effect) -> None:
        super().__init__(effect.verdict)
        self.effect = effect


def job_kinds(importing: Importing) -> dict[str, JobKind]:
    """Return the jobs that a service with imports has."""
    advance: dict[str, Any] = {step: partial(_advance, importing, step) for step in _STEPS}
    if importing.keeps_corrections:
        advance[CHECKING] = checking_with_paper(importing, advance[CHECKING])
    return {job_code(step): JobKind(job_code(step), LABELS[step], advance[step]) for step in _STEPS}


def _advance(importing: Importing, step: str, job: Job) -> Part:
    """Do one part of a step. The right to import is asked again: it may have ended since."""
    if not importing.may(job.owner_id):
        raise Forbidden
    batch = importing.of(UUID(job.arguments["import_id"]))
    telling = Telling(job.owner_id, source_of(batch))
    kind, names = importing.kind(batch.kind), tuple(batch.names)
    return _Work(importing, kind, batch.id, names, telling).part(step, job)


@dataclass(frozen=True)
class _Step:
    """What a step does with a row, which rows it has, in which order, and where it leads."""

    handle: Callable[["_Work", Row[Any]], Found]
    leads_to: str
    backwards: bool = False


@dataclass(frozen=True)
class _Work:
    importing: Importing
    kind: ImportKind
    import_id: UUID
    names: Sequence[str | None]
    telling: Telling
    first: dict[str, int] = field(default_factory=dict)

    @cached_property
    def table(self) -> Table:
        return self.importing.db.metadata.tables["import_rows"]

    @property
    def mine(self) -> ColumnElement[bool]:
        return self.table.c.import_id == self.import_id

    def part(self, name: str, job: Job) -> Part:
        step, session = _STEPS[name], self.importing.db.session
        rows = session.execute(self._rows(name, step, job.cursor)).all()
        total = None if job.cursor else self._count(name)
        self._note_first(rows)
        errors: list[dict[str, Any]] = []
        for row in rows:
            found = step.handle(self, row)
            session.execute(update(self.table).where(self.table.c.id == row.id).values(found))
            errors += [{"row": row.number, **error} for error in found["errors"]]
        over = len(rows) < ROWS_IN_A_PART
        if over:
            self.importing.of(self.import_id).change(state=step.leads_to)
        return Part(
            done=len(rows),
            cursor=None if over else {"place": rows[-1].place},
            total=total,
            errors=errors,
            result={"import_id": job.arguments["import_id"]},
        )

    def _rows(self, name: str, step: _Step, cursor: Mapping[str, Any] | None) -> Any:
        place = self.table.c.place
        statement = select(self.table).where(self.mine, self._left(name))
        if cursor:
            after = cursor["place"]
            statement = statement.where(place < after if step.backwards else place > after)
        order = place.desc() if step.backwards else place
        return statement.order_by(order).limit(ROWS_IN_A_PART)

    def _left(self, name: str) -> ColumnElement[bool]:
        """Say which rows a step is about: a step begun again leaves out what was done."""
        if name == UNDOING:
            return (self.table.c.outcome == APPLIED) & self.table.c.verdict.in_((NEW, CHANGED))
        return self.table.c.outcome.is_(None)

    def _count(self, name: str) -> int:
        statement = select(func.count()).select_from(self.table)
        return self.importing.db.session.scalar(statement.where(self.mine, self._left(name))) or 0

    def _note_first(self, rows: Any) -> None:
        """Look up in which row of the file each key stands first."""
        keys, number = {row.key for row in rows if row.key}, self.table.c.number
        statement = select(self.table.c.key, func.min(number)).group_by(self.table.c.key)
        where = (self.mine, self.table.c.key.in_(keys))
        for key, first in self.importing.db.session.execute(statement.where(*where)):
            self.first[key] = first

    def check(self, row: Row[Any]) -> Found:
        """Apply a row, see what it did, and put everything back."""

        def tried() -> Effect:
            for needed in self._needed(row):
                self._apply(needed)
            raise _Tried(self._apply(row))

        return self._outcome(tried, None)

    def apply(self, row: Row[Any]) -> Found:
        return self._outcome(partial(self._apply, row), APPLIED)

    def undo(self, row: Row[Any]) -> Found:
        before = {name: _restored(value) for name, value in (row.before or {}).items()}
        effect = Effect(row.verdict, row.subject_id, row.version, before)
        try:
            with self.importing.db.attempt():
                self.kind.undo(effect, self.telling)
        except (Refused, ValidationError) as error:
            return {"outcome": NOT_UNDONE, "errors": _errors(error, self.kind)}
        return {"outcome": UNDONE, "errors": []}

    def _outcome(self, do: Callable[[], Effect], outcome: str | None) -> Found:
        try:
            with self.importing.db.attempt():
                effect = do()
        except _Tried as tried:
            effect = tried.effect
        except (Refused, ValidationError) as error:
            return {"verdict": WRONG, "errors": _errors(error, self.kind)}
        return {
            "verdict": effect.verdict,
            "outcome": outcome,
            "errors": [],
            "subject_id": effect.subject_id,
            "version": effect.version,
            "before": {name: _kept(value) for name, value in effect.before.items()},
        }

    def _apply(self, row: Row[Any]) -> Effect:
        values, errors = read_row(self.kind.by_name, self.names, row.cells)
        first = self.first.get(row.key, row.number)
        if first < row.number:
            errors.append(_repeated(self.kind, first))
        if errors:
            raise Invalid(errors=errors)
        return self.kind.apply(values, self.telling)

    def _needed(self, row: Row[Any]) -> list[Row[Any]]:
        """Return the rows of the file that must come before this one, the first of them first."""
        chain: list[Row[Any]] = []
        for needed in self._above(row):
            if needed.verdict == WRONG:
                words = (f"Baris {needed.number} salah.", f"Row {needed.number} is wrong.")
                raise Invalid(errors=[FieldError(f"/{self.kind.needs}", "row_needed", *words)])
            chain.insert(0, needed)
        return chain

    def _above(self, row: Row[Any]) -> Iterator[Row[Any]]:
        seen, step = {row.key}, row
        while self.kind.needs and step.verdict != SAME:
            values, _ = read_row(self.kind.by_name, self.names, step.cells)
            key = values.get(self.kind.needs)
            where = (self.mine, self.table.c.key == key)
            statement = select(self.table).where(*where).order_by(self.table.c.number).limit(1)
            needed = self.importing.db.session.execute(statement).one_or_none()
            if needed is None or key in seen:
                return
            seen.add(key)
            yield needed
            step = needed


_STEPS: Mapping[str, _Step] = {
    CHECKING: _Step(_Work.check, CHECKED),
    APPLYING: _Step(_Work.apply, APPLIED),
    UNDOING: _Step(_Work.undo, UNDONE, backwards=True),
}


def _repeated(kind: ImportKind, first: int) -> FieldError:
    return FieldError(
        f"/{kind.key}",
        "row_repeated",
        f"Sudah ada pada baris {first}; baris ini tidak dipakai.",
        f"Already in row {first}; this row is not used.",
    )


def _errors(error: Refused | ValidationError, kind: ImportKind) -> list[dict[str, Any]]:
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


def _kept(value: Any) -> Any:
    """Return a value as JSON that `_restored` makes the same value of."""
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"uuid": str(value)} if isinstance(value, UUID) else value


def _restored(value: Any) -> Any:
    if isinstance(value, dict):
        return UUID(value["uuid"]) if "uuid" in value else date.fromisoformat(value["date"])
    return value
