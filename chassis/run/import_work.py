"""The parts of an import: each tries, applies or undoes some rows, in one transaction.

A row that is refused is put back alone; the others of its part stand. Where the kind can, plain
rows that follow one another are done together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import ColumnElement, Row, Table, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

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
from chassis.kernel.errors import FieldError, Forbidden, Invalid, Refused
from chassis.run.import_columns import Column, read_row
from chassis.run.import_corrections import checking_with_paper
from chassis.run.import_outcomes import Found, done, errors_of, refused, repeated, restored
from chassis.run.importing import (
    LABELS,
    Effect,
    Importing,
    ImportKind,
    Telling,
    Told,
    job_code,
    source_of,
)
from chassis.run.jobs import Job, JobKind, Part

ROWS_IN_A_PART = 100
_FEWEST_TOGETHER = 4
Worked = Sequence[tuple[Row[Any], Found]]


class _Tried(Exception):
    """Carries what rows did out of the block that undoes it."""

    def __init__(self, *told: Told) -> None:
        super().__init__(len(told))
        self.told = told


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
    """What a step does with a row, in which order, and where it leads."""

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

    @cached_property
    def columns(self) -> dict[str, Column]:
        return self.kind.by_name

    @property
    def mine(self) -> ColumnElement[bool]:
        return self.table.c.import_id == self.import_id

    def part(self, name: str, job: Job) -> Part:
        step, session = _STEPS[name], self.importing.db.session
        rows = session.execute(self._rows(name, step, job.cursor)).all()
        total = None if job.cursor else self._count(name)
        self._note_first(rows)
        errors: list[dict[str, Any]] = []
        for worked in self._worked(name, rows):
            self._keep(worked)
            errors += [
                {"row": row.number, **error} for row, found in worked for error in found["errors"]
            ]
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

    def _worked(self, name: str, rows: Sequence[Row[Any]]) -> Iterator[Worked]:
        """Take rows in their order: plain ones together, each other one by itself.

        Where few are plain, fewer are looked at together, and more are taken by themselves.
        """
        waiting, together = [*rows], self._may_be_together(name)
        most, alone = len(waiting), 1
        while waiting:
            looked_at = waiting[:most]
            try:
                told = [*self._together(name, looked_at)] if together else []
            except (Refused, ValidationError, IntegrityError):
                told, together = [], False  # each of them then tells by itself
            if told:
                yield [*zip(looked_at, told, strict=False)]
            over = len(told)
            if over < len(looked_at):
                alone = 1 if told else 2 * alone
                yield from self._one_by_one(name, waiting[over : over + alone])
                over += alone
            del waiting[:over]
            most = max(_FEWEST_TOGETHER, 2 * len(told))

    def _one_by_one(self, name: str, rows: Sequence[Row[Any]]) -> Iterator[Worked]:
        return ([(row, _STEPS[name].handle(self, row))] for row in rows)

    def _may_be_together(self, name: str) -> bool:
        """A row on top of others is tried with them, and one that is undone was changed since."""
        return bool(self.kind.together) and not self.kind.needs and name != UNDOING

    def _together(self, name: str, rows: Sequence[Row[Any]]) -> Iterator[Found]:
        """Tell what became of the first rows, up to one that is to be done by itself."""
        read = [self._read(row) for row in rows]
        told = iter(self._told(name, [values for values, errors in read if not errors]))
        outcome = APPLIED if name == APPLYING else None
        for _, errors in read:
            of_row = Invalid(errors=errors) if errors else next(told, None)
            if of_row is None:
                return
            yield self._settled(of_row, outcome)

    def _told(self, name: str, values: Sequence[Mapping[str, Any]]) -> Sequence[Told]:
        def do() -> Sequence[Told]:
            told = self.kind.together(values, self.telling) if self.kind.together else ()
            if name == CHECKING:
                raise _Tried(*told)
            return told

        try:
            with self.importing.db.attempt():
                return do()
        except _Tried as tried:
            return tried.told

    def _keep(self, worked: Worked) -> None:
        """Write what became of rows, those together of which the same is known."""
        change = update(self.table).where(self.table.c.id == bindparam("row_id"))
        told = [{"row_id": row.id, **found} for row, found in worked]
        for _, alike in groupby(sorted(told, key=tuple), key=tuple):
            self.importing.db.session.execute(change, [*alike])

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
        before = {name: restored(value) for name, value in (row.before or {}).items()}
        effect = Effect(row.verdict, row.subject_id, row.version, before)
        try:
            with self.importing.db.attempt():
                self.kind.undo(effect, self.telling)
        except (Refused, ValidationError) as error:
            return {"outcome": NOT_UNDONE, "errors": errors_of(error, self.kind)}
        return {"outcome": UNDONE, "errors": []}

    def _outcome(self, do: Callable[[], Effect], outcome: str | None) -> Found:
        told: Told
        try:
            with self.importing.db.attempt():
                told = do()
        except _Tried as tried:
            [told] = tried.told
        except (Refused, ValidationError) as error:
            told = error
        return self._settled(told, outcome)

    def _settled(self, told: Told, outcome: str | None) -> Found:
        return done(told, outcome) if isinstance(told, Effect) else refused(told, self.kind)

    def _apply(self, row: Row[Any]) -> Effect:
        values, errors = self._read(row)
        if errors:
            raise Invalid(errors=errors)
        return self.kind.apply(values, self.telling)

    def _read(self, row: Row[Any]) -> tuple[dict[str, Any], list[FieldError]]:
        values, errors = read_row(self.columns, self.names, row.cells)
        first = self.first.get(row.key, row.number)
        if first < row.number:
            errors.append(repeated(self.kind, first))
        return values, errors

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
