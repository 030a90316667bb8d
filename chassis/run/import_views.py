"""What clients see of imports, and what they send beside the file."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields, validate
from sqlalchemy import func, select

from chassis.data.import_rows import NOT_UNDONE, UNDONE, WRONG, ImportBatch
from chassis.http.api import Schema
from chassis.http.fields import Exact
from chassis.run.import_columns import ERRORS_HEADING, Column
from chassis.run.import_files import Cells
from chassis.run.importing import Importing, ImportKind
from chassis.run.job_routes import JobView, Label, shown
from chassis.run.jobs import Jobs

FIRST_ERRORS = 50


class ColumnView(Schema):
    """A column: its headings, whether it is required, and how its cells are read."""

    name = fields.String(required=True)
    heading = fields.String(required=True)
    other_headings = fields.List(fields.String(), required=True, attribute="also")
    required = fields.Boolean(required=True)
    kind = fields.String(required=True, attribute="reading.kind")
    choices = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, attribute="reading.choices"
    )
    example = fields.String(required=True)
    help = fields.Nested(Label, required=True)


class ImportKindView(Schema):
    """Something that can be imported. `key` names the column that says which row is meant."""

    code = fields.String(required=True)
    label = fields.Nested(Label, required=True)
    key = fields.String(required=True)
    columns = fields.List(fields.Nested(ColumnView), required=True)


class ImportKinds(Schema):
    data = fields.List(fields.Nested(ImportKindView), required=True)


class RowError(Schema):
    """What is wrong in one row of the file; `heading` is the column's for people."""

    row = fields.Integer(required=True)
    column = fields.String(required=True, allow_none=True)
    heading = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    detail = fields.Nested(Label, required=True)


class Counts(Schema):
    """How many rows: in all, by what was found or done, and by what undoing could do."""

    rows = fields.Integer(required=True)
    new = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    same = fields.Integer(required=True)
    wrong = fields.Integer(required=True)
    undone = fields.Integer(required=True)
    not_undone = fields.Integer(required=True)


class ImportSummary(Schema):
    """An import: checking, checked, applying, applied, undoing or undone."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    label = fields.Nested(Label, required=True)
    file_name = fields.String(required=True)
    state = fields.String(required=True)
    owner_id = fields.UUID(required=True)
    rows = fields.Integer(required=True, attribute="row_count")
    created_at = fields.AwareDateTime(required=True)


class ImportView(ImportSummary):
    """`ignored` lists the file's headings that are not read; `errors` are the first ones."""

    ignored = fields.List(fields.String(), required=True)
    counts = fields.Nested(Counts, required=True)
    errors = fields.List(fields.Nested(RowError), required=True)
    job = fields.Nested(JobView, required=True)


class NewImport(Schema):
    """The form beside the file. `mapping` is a JSON object from heading to column or null."""

    kind = Exact(required=True, validate=validate.Length(min=1, max=40))
    mapping = Exact(load_default=None, validate=validate.Length(max=20_000))
    dry_run = fields.Boolean(load_default=True)


class SampleFormat(Schema):
    format = Exact(load_default="xlsx", validate=validate.OneOf(["xlsx", "csv"]))


def kind_view(kind: ImportKind) -> dict[str, Any]:
    return {name: getattr(kind, name) for name in ("code", "label", "key", "columns")}


def summary(importing: Importing, batch: ImportBatch) -> dict[str, Any]:
    named = ("id", "kind", "file_name", "state", "owner_id", "row_count", "created_at")
    shown_values = {name: getattr(batch, name) for name in named}
    kind = importing.kinds.get(batch.kind)  # one that another release brought stays in the list
    label = kind.label if kind else {"id": batch.kind, "en": batch.kind}
    return {**shown_values, "label": label}


def import_view(importing: Importing, jobs: Jobs, batch: ImportBatch) -> dict[str, Any]:
    columns = importing.kind(batch.kind).by_name
    pairs = zip(batch.headings, batch.names, strict=True)
    return {
        **summary(importing, batch),
        "ignored": [heading for heading, name in pairs if heading and name is None],
        "counts": {"rows": batch.row_count, **_counts(importing, batch)},
        "errors": _first_errors(importing, batch, columns),
        "job": shown(jobs, jobs.job(batch.job_id)),
    }


def corrections(importing: Importing, batch: ImportBatch) -> tuple[list[str], list[Cells]]:
    """Return headings and the wrong rows as they were, with a last column that says what is wrong.

    A column that was mapped gets its own heading, so that the file can come back as it is.
    """
    columns = importing.kind(batch.kind).by_name
    places = [place for place, name in enumerate(batch.names) if name is not None]
    headings = [columns[batch.names[place]].heading for place in places]
    line = importing.line
    wrong = select(line).where(line.import_id == batch.id, line.verdict == WRONG)
    rows = importing.db.session.scalars(wrong.order_by(line.number))
    return [*headings, ERRORS_HEADING], [
        [*(row.cells[place] for place in places), _sentences(row.errors, columns)] for row in rows
    ]


def _sentences(errors: Sequence[Any], columns: dict[str, Column]) -> str:
    return " ".join(
        f"{columns[error['field']].heading}: {error['detail']['id']}"
        if error["field"]
        else error["detail"]["id"]
        for error in errors
    )


def _counts(importing: Importing, batch: ImportBatch) -> dict[str, int]:
    line = importing.line
    statement = select(line.verdict, line.outcome, func.count()).where(line.import_id == batch.id)
    counted: dict[str, int] = dict.fromkeys(Counts().fields, 0)
    rows = importing.db.session.execute(statement.group_by(line.verdict, line.outcome))
    for verdict, outcome, count in rows:
        if verdict is not None:
            counted[verdict] += count
        if outcome in (UNDONE, NOT_UNDONE):
            counted[outcome] += count
    return {name: count for name, count in counted.items() if name != "rows"}


def _first_errors(
    importing: Importing, batch: ImportBatch, columns: dict[str, Column]
) -> list[dict[str, Any]]:
    line = importing.line
    refused = (line.verdict == WRONG) | (line.outcome == NOT_UNDONE)
    rows = importing.db.session.execute(
        select(line.number, line.errors)
        .where(line.import_id == batch.id, refused)
        .order_by(line.number)
        .limit(FIRST_ERRORS)
    ).all()
    return [
        {
            "row": number,
            "column": error["field"],
            "heading": columns[error["field"]].heading if error["field"] else None,
            "code": error["code"],
            "detail": error["detail"],
        }
        for number, errors in rows
        for error in errors
    ]
