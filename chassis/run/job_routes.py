"""A service's jobs over HTTP: each person sees and stops their own."""

from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import defer

from chassis.data.claims import DONE, PARKED, PENDING
from chassis.data.job_rows import JobRow
from chassis.data.paging import Page, Source, page
from chassis.http.api import Blueprint, Schema
from chassis.http.auth import person, requires
from chassis.http.paging import PageArgs, page_schema
from chassis.http.writing import writes
from chassis.process.manifest import Manifest
from chassis.run.jobs import DOCUMENT, STOPPED, Jobs

STATES = {DONE: "done", STOPPED: "stopped", PARKED: "failed"}
STATE_LABELS = {
    "waiting": {"id": "Menunggu giliran", "en": "Waiting"},
    "running": {"id": "Berjalan", "en": "Running"},
    "done": {"id": "Selesai", "en": "Done"},
    "failed": {"id": "Gagal", "en": "Failed"},
    "stopped": {"id": "Dihentikan", "en": "Stopped"},
}


class Label(Schema):
    """A word in both languages."""

    id = fields.String(required=True)
    en = fields.String(required=True)


class JobError(Schema):
    """What is wrong in one row of what the job works on."""

    row = fields.Integer(required=True, allow_none=True)
    field = fields.String(required=True, allow_none=True)
    label = fields.String(dump_default=None, allow_none=True)
    code = fields.String(required=True)
    detail = fields.Nested(Label, required=True)


class JobRowView(Schema):
    """A job in a list: waiting, running, done, failed or stopped, and how far it is.

    `document_id` is its result document, one of the owner's own at documents.
    """

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    label = fields.Nested(Label, required=True)
    state = fields.String(required=True)
    state_label = fields.Nested(Label, required=True)
    stopping = fields.Boolean(required=True)
    done = fields.Integer(required=True)
    total = fields.Integer(required=True, allow_none=True)
    error_count = fields.Integer(required=True)
    result = fields.Raw(required=True, allow_none=True)
    document_id = fields.UUID(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


class JobView(JobRowView):
    """A job with the first of its errors."""

    errors = fields.List(fields.Nested(JobError), required=True)


def blueprint(manifest: Manifest, jobs: Jobs) -> Blueprint:
    """Make the routes of a service's jobs, for tokens of its first scope."""
    scope, url_prefix = manifest.scopes[0], f"/api/{manifest.name}/v1"
    blp = Blueprint("jobs", url_prefix=url_prefix, description="Long work in parts")

    @blp.route("/jobs")
    @requires(scope)
    @blp.arguments(PageArgs, location="query")
    @blp.response(200, page_schema(JobRowView))
    def list_jobs(args: dict[str, Any]) -> Page:
        """Your jobs, newest first."""
        row = jobs.row
        mine = select(row).where(row.owner_id == person()).options(defer(row.errors))
        found = page(jobs.db.session(), Source(mine), by=(row.created_at, row.id), **args)
        return found.each(lambda job: row_shown(jobs, job))

    @blp.route("/jobs/<uuid:job_id>")
    @requires(scope)
    @blp.response(200, JobView)
    def read_job(job_id: UUID) -> dict[str, Any]:
        """One of your jobs."""
        return shown(jobs, jobs.of(person(), job_id))

    @blp.route("/jobs/<uuid:job_id>/stop", methods=["POST"])
    @requires(scope)
    @writes()
    @blp.response(200, JobView)
    def stop_job(job_id: UUID) -> dict[str, Any]:
        """End a job after the part that is being done; what was done stays."""
        return shown(jobs, jobs.stop(person(), job_id))

    return blp


def shown(jobs: Jobs, row: JobRow) -> dict[str, Any]:
    return {**row_shown(jobs, row), "errors": row.errors}


def row_shown(jobs: Jobs, row: JobRow) -> dict[str, Any]:
    kind = jobs.kinds.get(row.kind)
    waiting = "running" if row.started_at else "waiting"
    state = waiting if row.status == PENDING else STATES[row.status]
    return {
        **{name: getattr(row, name) for name in ("id", "kind", "done", "total", "result")},
        **{name: getattr(row, name) for name in ("error_count", "created_at")},
        "document_id": (row.result or {}).get(DOCUMENT),
        "label": kind.label if kind else {"id": row.kind, "en": row.kind},
        "state": state,
        "state_label": STATE_LABELS[state],
        "stopping": row.stop_requested and row.status == PENDING,
        "started_at": row.started_at,
        "ended_at": row.done_at,
    }
