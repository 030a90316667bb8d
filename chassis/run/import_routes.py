"""A service's imports over HTTP: sample, upload, what a dry run found, corrections, apply, undo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import select

from chassis.data.import_rows import APPLYING, UNDOING, ImportBatch
from chassis.data.paging import Page, Source, page
from chassis.http.api import Blueprint, Decorator, document
from chassis.http.auth import person, requires
from chassis.http.multipart import form_with_file
from chassis.http.paging import PageArgs, page_schema
from chassis.http.writing import IDEMPOTENCY_KEY, write, writes
from chassis.kernel.text import shown_line
from chassis.run.import_columns import mapping_given
from chassis.run.import_corrections import corrections_file, corrections_name
from chassis.run.import_files import MOST_BYTES, FileTooLarge
from chassis.run.import_papers import CSV, XLSX, sample_csv, sample_xlsx
from chassis.run.import_reading import read_apart
from chassis.run.import_views import (
    ImportKinds,
    ImportSummary,
    ImportView,
    NewImport,
    SampleFormat,
    import_view,
    kind_view,
    summary,
)
from chassis.run.importing import Importing
from chassis.run.jobs import Jobs

_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "kind"],
                "additionalProperties": False,
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "kind": {"type": "string", "minLength": 1, "maxLength": 40},
                    "mapping": {
                        "type": "string",
                        "maxLength": 20_000,
                        "description": "A JSON object: heading of the file to column, or null",
                    },
                    "dry_run": {"type": "boolean", "default": True},
                },
            },
        }
    },
}
_BINARY = {"type": "string", "format": "binary"}
_LONGEST_NAME = 100


def _file_answer(*types: str) -> Mapping[str, Any]:
    content = {content_type: {"schema": _BINARY} for content_type in types}
    return {"responses": {200: {"description": "A file", "content": content}}}


@dataclass(frozen=True)
class _Routes:
    """Where the routes go, and what they are about. `only` lets those through who may import."""

    service: str
    scope: str
    importing: Importing
    jobs: Jobs
    only: Decorator
    blp: Blueprint

    def __call__(self, rule: str, method: str = "GET") -> Decorator:
        """Put a view behind the scope."""

        def add(view: Callable[..., Any]) -> Callable[..., Any]:
            return self.blp.route(rule, methods=[method])(requires(self.scope)(view))

        return add

    def view(self, batch: ImportBatch) -> dict[str, Any]:
        return import_view(self.importing, self.jobs, batch)


def blueprint(
    service: str, scope: str, importing: Importing, jobs: Jobs, only: Decorator
) -> Blueprint:
    """Make the routes of a service's imports; `only` lets those through who may import."""
    blp = Blueprint("imports", url_prefix=f"/api/{service}/v1", description="Tables brought in")
    routes = _Routes(service, scope, importing, jobs, only, blp)
    for add in (_add_kinds, _add_upload, _add_reading, _add_steps):
        add(routes)
    return blp


def _add_kinds(routes: _Routes) -> None:
    @routes("/imports/kinds")
    @routes.blp.response(200, ImportKinds)
    @routes.only
    def list_kinds() -> dict[str, Any]:
        """What can be imported, with the columns of each."""
        return {"data": [kind_view(kind) for kind in routes.importing.kinds.values()]}

    @routes("/imports/<kind>/sample")
    @routes.blp.arguments(SampleFormat, location="query")
    @routes.blp.doc(**_file_answer(XLSX, CSV))
    @routes.only
    def sample(args: dict[str, str], kind: str) -> Response:
        """A file with the right headings and an example row, which is not imported."""
        chosen = routes.importing.kind(kind)
        if args["format"] == "csv":
            return _attachment(sample_csv(chosen.columns), CSV, f"contoh-{chosen.code}.csv")
        content = sample_xlsx(chosen.columns, chosen.label["id"])
        return _attachment(content, XLSX, f"contoh-{chosen.code}.xlsx")


def _add_upload(routes: _Routes) -> None:
    @routes("/imports", "POST")
    @routes.blp.doc(requestBody=_FORM)
    @routes.blp.response(202, ImportView)
    @routes.only
    def upload() -> Response:
        """Read a file's rows and try each, or with `dry_run=false` apply each, as a job."""
        with form_with_file(max_bytes=MOST_BYTES, too_large=FileTooLarge()) as (form, file):
            asked, name = NewImport().load(form), _shown_name(file.filename)
            digest, sheet = read_apart(file.stream)
        mapping = mapping_given(asked["mapping"])

        def begun() -> tuple[Any, int, dict[str, str]]:
            batch = routes.importing.begin(
                routes.jobs,
                routes.importing.kind(asked["kind"]),
                sheet,
                by=person(),
                file_name=name,
                mapping=mapping,
                dry_run=asked["dry_run"],
            )
            location = f"/api/{routes.service}/v1/imports/{batch.id}"
            return ImportView().dump(routes.view(batch)), 202, {"Location": location}

        return write(begun, body=(digest, name, *(str(value) for value in asked.values())))

    document(upload, parameters=[IDEMPOTENCY_KEY])


def _add_reading(routes: _Routes) -> None:
    @routes("/imports")
    @routes.blp.arguments(PageArgs, location="query")
    @routes.blp.response(200, page_schema(ImportSummary))
    @routes.only
    def list_imports(args: dict[str, Any]) -> Page:
        """The region's imports, newest first."""
        row = routes.importing.batch
        session = routes.importing.db.session()
        batches = page(session, Source(select(row)), by=(row.created_at, row.id), **args)
        return batches.each(lambda batch: summary(routes.importing, batch))

    @routes("/imports/<uuid:import_id>")
    @routes.blp.response(200, ImportView)
    @routes.only
    def read_import(import_id: UUID) -> dict[str, Any]:
        """An import: how far it is, what it found or did, and the first errors."""
        return routes.view(routes.importing.of(import_id))

    @routes("/imports/<uuid:import_id>/corrections")
    @routes.blp.doc(**_file_answer(XLSX))
    @routes.only
    def read_corrections(import_id: UUID) -> Response:
        """The wrong rows as they were, with what is wrong; corrected, it can be sent as it is."""
        batch = routes.importing.of(import_id)
        content = corrections_file(routes.importing, batch)
        return _attachment(content, XLSX, corrections_name(batch))


def _add_steps(routes: _Routes) -> None:
    @routes("/imports/<uuid:import_id>/apply", "POST")
    @writes()
    @routes.blp.response(202, ImportView)
    @routes.only
    def apply_import(import_id: UUID) -> dict[str, Any]:
        """Apply the rows that are right; wrong ones stay out."""
        batch = routes.importing.go_on(routes.jobs, import_id, APPLYING, by=person())
        return routes.view(batch)

    @routes("/imports/<uuid:import_id>/undo", "POST")
    @writes()
    @routes.blp.response(202, ImportView)
    @routes.only
    def undo_import(import_id: UUID) -> dict[str, Any]:
        """Put back what nobody changed since; what the import added is deactivated, not deleted."""
        batch = routes.importing.go_on(routes.jobs, import_id, UNDOING, by=person())
        return routes.view(batch)


def _shown_name(given: str | None) -> str:
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    return shown_line(last)[-_LONGEST_NAME:] or "berkas"


def _attachment(content: bytes, content_type: str, name: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
