"""A table that people bring, row by row into a service: tried first, then applied, then undone.

A service says what its kinds of import are: columns, and the use case each row goes through. So
every rule and event holds as if somebody had typed the rows in, and a wrong row stops no other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import delete, insert, select

from chassis.data.claims import PENDING
from chassis.data.import_rows import (
    APPLIED,
    APPLYING,
    CHECKED,
    CHECKING,
    LONGEST_KEY,
    UNDOING,
    ImportBatch,
    ImportLine,
)
from chassis.events.security import Kind, note
from chassis.kernel.errors import NotFound, Refused
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.parts import Database
from chassis.process.regions import all_regions
from chassis.run.import_columns import Column, Mapped, map_headings, read_row
from chassis.run.import_files import FileEmpty, Sheet
from chassis.run.jobs import Jobs

LABELS: Mapping[str, Mapping[str, str]] = {
    CHECKING: {"id": "Memeriksa berkas impor", "en": "Checking an import"},
    APPLYING: {"id": "Menerapkan impor", "en": "Applying an import"},
    UNDOING: {"id": "Membatalkan impor", "en": "Undoing an import"},
}
KEPT = timedelta(days=90)
MOST_ABOVE = 20
# What each step may follow. One that was stopped, or failed, may be begun again.
_MAY_FOLLOW = {
    APPLYING: (CHECKED, APPLYING),
    UNDOING: (APPLIED, APPLYING, UNDOING),
}


class ImportBusy(Refused):
    code = "import_busy"
    text = {
        "id": "Impor ini sedang dikerjakan. Tunggu sampai selesai atau hentikan dahulu.",
        "en": "This import is being worked on. Wait for its end, or stop it first.",
    }


class ImportForgotten(Refused):
    code = "import_forgotten"
    text = {
        "id": "Rincian impor ini sudah dihapus setelah {days} hari.",
        "en": "The rows of this import were removed after {days} days.",
    }


class ImportNotReady(Refused):
    code = "import_not_ready"
    text = {
        "id": "Langkah ini tidak dapat dilakukan pada impor yang berstatus {state}.",
        "en": "This cannot be done with an import that is {state}.",
    }


class ImportTooDeep(Refused):
    """A dry run tries a row on top of all it needs, so a long chain takes ever longer."""

    kind = "invalid"
    code = "import_too_deep"
    text = {
        "id": "Baris {number} membutuhkan lebih dari {most} baris lain di atasnya. Bagi berkasnya.",
        "en": "Row {number} needs more than {most} other rows above it. Split the file.",
    }


@dataclass(frozen=True)
class Effect:
    """What a row did: `verdict` new, changed or same, to which row, and the values it replaced."""

    verdict: str
    subject_id: UUID
    version: int
    before: Mapping[str, Any] = field(default_factory=dict)


Told = Effect | Refused | ValidationError


@dataclass(frozen=True)
class Telling:
    """In whose name rows are applied or undone, and what is said of where they come from."""

    by: UUID
    source: str


@dataclass(frozen=True)
class ImportKind:
    """What can be imported. `key` is the column that says which row of the service is meant.

    `apply` takes the values of one row and `undo` what that did; both run in a transaction and
    raise `Refused` or marshmallow's `ValidationError`, whose pointers end in a column's name.
    `needs` is the column with the key of another row that must be there first.

    `together` does many rows at once as `apply` does them one by one, in their order, and returns
    what each did, or why it is refused. It ends before the first row that is not the plain case:
    that one is applied by itself, and the rows behind it come again. When it raises, each row is
    applied by itself.
    """

    code: str
    label: Mapping[str, str]
    columns: Sequence[Column]
    key: str
    apply: Callable[[Mapping[str, Any], Telling], Effect]
    undo: Callable[[Effect, Telling], None]
    needs: str | None = None
    together: Callable[[Sequence[Mapping[str, Any]], Telling], Sequence[Told]] | None = None

    @property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def example(self) -> dict[str, Any]:
        return {column.name: column.example for column in self.columns if column.example}


@dataclass(frozen=True)
class Importing:
    """The imports of one service: its tables, its kinds, and who may run them.

    `keeps_corrections` says that the service may have documents keep files; the wrong rows that a
    dry run found are then its job's result document.
    """

    db: Database
    batch: type[ImportBatch]
    line: type[ImportLine]
    kinds: Mapping[str, ImportKind]
    may: Callable[[UUID], bool]
    keeps_corrections: bool = False

    def kind(self, code: str) -> ImportKind:
        """Find a kind. Raises `NotFound`."""
        if code not in self.kinds:
            raise NotFound
        return self.kinds[code]

    def of(self, import_id: UUID) -> ImportBatch:
        """Find an import of the bound region. Raises `NotFound`."""
        row: ImportBatch | None = self.db.session.get(self.batch, import_id)
        if row is None:
            raise NotFound
        return row

    def begin(
        self,
        jobs: Jobs,
        kind: ImportKind,
        sheet: Sheet,
        *,
        by: UUID,
        file_name: str,
        mapping: Mapped,
        dry_run: bool,
    ) -> ImportBatch:
        """Keep a file's rows and have them tried or applied.

        Raises `MappingWrong`, `FileEmpty` or `ImportTooDeep`.
        """
        names = map_headings(kind.columns, sheet.headings, mapping)
        lines = _lines(kind, sheet, names)
        if not lines:
            raise FileEmpty
        state = CHECKING if dry_run else APPLYING
        batch_id = uuid7()
        with self.db.transaction() as session:
            batch = cast(type[Any], self.batch)(
                id=batch_id,
                kind=kind.code,
                owner_id=by,
                file_name=file_name,
                headings=list(sheet.headings),
                names=names,
                row_count=len(lines),
                state=state,
                job_id=self._job(jobs, state, batch_id, by),
            )
            session.add(batch)
            session.flush()
            if not dry_run:
                self._note(batch, by)
            session.execute(insert(self.line), [{"import_id": batch_id, **line} for line in lines])
        return cast(ImportBatch, batch)

    def go_on(self, jobs: Jobs, import_id: UUID, step: str, *, by: UUID) -> ImportBatch:
        """Apply or undo an import.

        Raises `NotFound`, `ImportBusy`, `ImportForgotten` or `ImportNotReady`.
        """
        with self.db.transaction() as session:
            batch = self.of(import_id)
            if batch.created_at < now() - KEPT:
                raise ImportForgotten(days=KEPT.days)
            if batch.state not in _MAY_FOLLOW[step]:
                raise ImportNotReady(state=batch.state)
            job = session.get(jobs.row, batch.job_id)
            if job is not None and job.status == PENDING:
                if batch.state != CHECKED:
                    raise ImportBusy
                # It waits for its paper only, which nobody needs after this step.
                job.stop_requested, job.due_at = True, now()
            batch.change(state=step, job_id=self._job(jobs, step, import_id, by))
            self._note(batch, by)
        return batch

    def _note(self, batch: ImportBatch, by: UUID) -> None:
        thing = f"{batch.kind}/{batch.id}"
        note(Kind.IMPORT, batch.state, thing=thing, amount=batch.row_count, actor=by)

    def forget_old(self) -> bool:
        """Remove the rows of imports that nobody can undo any more: they are personal data."""
        old = select(self.batch.id).where(self.batch.created_at < now() - KEPT)
        with all_regions(), self.db.transaction() as session:
            statement = delete(self.line).where(self.line.import_id.in_(old))
            session.execute(statement, execution_options={"synchronize_session": False})
        return False

    def _job(self, jobs: Jobs, step: str, import_id: UUID, by: UUID) -> UUID:
        arguments = {"import_id": str(import_id)}
        return jobs.begin(job_code(step), owner_id=by, arguments=arguments).id


def job_code(step: str) -> str:
    return f"import.{step}"


def source_of(batch: ImportBatch) -> str:
    """Return what facts say of where they come from."""
    return f"impor {batch.file_name}"


def _lines(kind: ImportKind, sheet: Sheet, names: list[str | None]) -> list[dict[str, Any]]:
    """Turn a file's rows into rows to keep, each with its key and its turn; no example is one."""
    lines: list[dict[str, Any]] = []
    needs: dict[str, str | None] = {}
    for number, cells in sheet.rows:
        if _is_example(kind, names, cells):
            continue
        values, _ = read_row(kind.by_name, names, cells)
        key = str(values[kind.key])[:LONGEST_KEY] if kind.key in values else None
        lines.append({"number": number, "key": key, "cells": cells})
        if key and kind.needs:
            needs[key] = values.get(kind.needs)
    depths = _depths(needs)
    for line in lines:
        if depths.get(line["key"], 0) > MOST_ABOVE:
            raise ImportTooDeep(number=line["number"], most=MOST_ABOVE)
    lines.sort(key=lambda line: (depths.get(line["key"], 0), line["number"]))
    return [{**line, "place": place} for place, line in enumerate(lines)]


def _is_example(kind: ImportKind, names: Sequence[str | None], cells: Sequence[Any]) -> bool:
    written = {name: cell for name, cell in zip(names, cells, strict=True) if name and cell}
    return written == kind.example


def _depths(needs: Mapping[str, str | None]) -> dict[str, int]:
    """Count for each key how many others of the file must come before it; circles end."""
    depths: dict[str, int] = {}
    for key in needs:
        path: list[str] = []
        step: str | None = key
        while step and step in needs and step not in depths and step not in path:
            path.append(step)
            step = needs[step]
        depth = depths.get(step, -1) if step else -1
        for passed in reversed(path):
            depth += 1
            depths[passed] = depth
    return depths
