"""Long work in parts: with progress, errors and a result, resumed where it was, and stopped.

Each part and the progress it makes are one transaction. A process that dies in a part leaves it
undone, and the next that comes by does it again from the same cursor.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, select, update

from chassis.data.claims import CLAIM, DONE, PARKED, PENDING, ClaimLost, Claims
from chassis.data.job_rows import JobRow
from chassis.http.made_files import NewFile, made
from chassis.http.problems import is_without_room
from chassis.http.receipts import Receipt
from chassis.kernel.errors import NotFound, Refused, Unavailable
from chassis.process.clock import now
from chassis.process.context import caused_by
from chassis.process.failpoints import failpoint
from chassis.process.loops import Loop
from chassis.process.parts import Database
from chassis.process.regions import all_regions, in_region
from chassis.process.runtime import Runtime, here
from chassis.process.telemetry import JOBS, log
from chassis.run.asking import Asking, answered

STOPPED = "stopped"
DOCUMENT = "document_id"
ERRORS_KEPT = 1000
LOOP = "jobs"


@dataclass(frozen=True)
class Job:
    """A job as its work sees it. `cursor` is None for the first part."""

    id: UUID
    kind: str
    owner_id: UUID
    arguments: Mapping[str, Any]
    cursor: Mapping[str, Any] | None
    done: int
    error_count: int


@dataclass(frozen=True)
class Part:
    """What one part achieved. Without a `cursor` the job is over.

    `done` counts what this part did; `total` is said as soon as it is known. An error is
    {"row", "field", "label", "code", "detail": {"id", "en"}}; `label` is what people call the
    field. `result` holds ids, never contents; `document_id` is the job's result document, which
    the job's page offers to its owner.
    """

    done: int
    cursor: Mapping[str, Any] | None = None
    total: int | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    result: Mapping[str, Any] | None = None
    document_id: UUID | None = None


@dataclass(frozen=True)
class JobKind:
    """What people call a job, and how one part of it is done.

    `advance` is called in a transaction with the job's region bound and must end well within a
    minute; what it raises is tried again on the retry schedule, and then the job has failed. As an
    `Asking` it first asks outside, for example has its result document made (`result_document`).
    """

    code: str
    label: Mapping[str, str]
    advance: Callable[[Job], Part] | Asking[Job, Part]


class JobOver(Refused):
    code = "job_over"
    text = {"id": "Pekerjaan ini sudah berakhir.", "en": "This job is over."}


@dataclass(frozen=True)
class Jobs:
    """The jobs of one service: its table and the kinds it knows."""

    db: Database
    row: type[JobRow]
    kinds: Mapping[str, JobKind] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        return self.db.metadata.tables["jobs"]

    def begin(self, kind: str, *, owner_id: UUID, arguments: Mapping[str, Any]) -> JobRow:
        """Have a job done soon, in the bound region. `arguments` are plain JSON values."""
        values = {"kind": self.kinds[kind].code, "owner_id": owner_id, "arguments": dict(arguments)}
        with self.db.transaction() as session:
            row = cast(type[Any], self.row)(**values)
            session.add(row)
            session.flush()
            here().wake_at_commit(LOOP)
        return cast(JobRow, row)

    def of(self, owner_id: UUID, job_id: UUID) -> JobRow:
        """Find somebody's own job. Raises `NotFound`, for another's too."""
        row = self.job(job_id)
        if row.owner_id != owner_id:
            raise NotFound
        return row

    def job(self, job_id: UUID) -> JobRow:
        """Find a job whoever's it is. Raises `NotFound`."""
        row: JobRow | None = self.db.session.get(self.row, job_id)
        if row is None:
            raise NotFound
        return row

    def stop(self, owner_id: UUID, job_id: UUID) -> JobRow:
        """End a job after the part that is being done; what was done stays.

        Raises `NotFound`, and `JobOver` for one that has ended.
        """
        with self.db.transaction() as session:
            row = self.of(owner_id, job_id)
            session.refresh(row, with_for_update=True)
            if row.status != PENDING:
                raise JobOver
            row.stop_requested, row.due_at = True, now()
            here().wake_at_commit(LOOP)
        return row

    def loop(self, runtime: Runtime, worker: str) -> Loop:
        turns = JobLoop(runtime, self, worker)
        return Loop(LOOP, turns.run, due=turns.due)


@dataclass(frozen=True)
class JobLoop:
    """One worker's way through the jobs, a part of one at a time, the longest waiting first."""

    runtime: Runtime
    jobs: Jobs
    worker: str

    @cached_property
    def _claims(self) -> Claims:
        schedule = self.runtime.settings.retry_schedule
        return Claims(self.jobs.db, self.jobs.table, "id", self.worker, schedule)

    def run(self) -> bool:
        """Do one part of a job; True when there was one."""
        table = self.jobs.table
        due = select(table).where(self._claims.due, self._known).order_by(table.c.due_at).limit(1)
        with all_regions():
            row = self.jobs.db.session.execute(due).one_or_none()
            self.jobs.db.session.rollback()
            if row is None:
                return False
            for taken in self._claims.claim(row):
                self._handle(taken)
        return True

    def due(self) -> float:
        """Return in how many seconds a part of a job can be done."""
        with all_regions():
            return self._claims.until_due(self._known)

    @property
    def _known(self) -> ColumnElement[bool]:
        return self.jobs.table.c.kind.in_(self.jobs.kinds)

    def _handle(self, row: Row[Any]) -> None:
        failpoint("jobs.after_claim")
        try:
            with caused_by(str(row.id), None, None):
                status = self._do_part(row)
        except ClaimLost:
            log.warning("job_claim_lost", job_id=str(row.id), kind=row.kind)
        except Exception as error:
            if is_without_room(error):
                raise
            self._failed(row, error)
        else:
            failpoint("jobs.after_commit")
            if status != PENDING:
                JOBS.labels(self.runtime.name, row.kind, status).inc()

    def _do_part(self, row: Row[Any]) -> str:
        with in_region(row.region):
            advance = None if row.stop_requested else self._prepared(row)
            with self.jobs.db.transaction() as session:
                self._claims.finish(session, row, claimed_until=now() + CLAIM)
                values = self._after(row, advance()) if advance else _stopped()
                session.execute(update(self.jobs.table).where(self._is(row)).values(values))
                failpoint("jobs.before_commit")
        return str(values["status"])

    def _prepared(self, row: Row[Any]) -> Callable[[], Part]:
        job = Job(**{name: getattr(row, name) for name in Job.__dataclass_fields__})
        advance = answered(self.jobs.kinds[row.kind].advance, job)
        return lambda: advance(job)

    def _after(self, row: Row[Any], part: Part) -> dict[str, Any]:
        over, moment = part.cursor is None, now()
        return {
            "status": DONE if over else PENDING,
            "done_at": moment if over else None,
            "started_at": row.started_at or moment,
            "due_at": moment,
            "attempts": 0,
            "error": None,
            "cursor": part.cursor,
            "done": row.done + part.done,
            "total": row.total if part.total is None else part.total,
            "errors": [*row.errors, *part.errors][:ERRORS_KEPT],
            "error_count": row.error_count + len(part.errors),
            "result": _result(part),
        }

    def _is(self, row: Row[Any]) -> ColumnElement[bool]:
        return self.jobs.table.c.id.in_([row.id])

    def _failed(self, row: Row[Any], error: Exception) -> None:
        parked = self._claims.fail(row, error, outage=isinstance(error, Unavailable))
        JOBS.labels(self.runtime.name, row.kind, PARKED if parked else "failed").inc()
        word = "job_failed" if parked else "job_part_failed"
        log.error(word, job_id=str(row.id), kind=row.kind, exc_info=error)


def result_document(job: Job, name: str, write: Callable[[], bytes]) -> Receipt:
    """Have documents keep a job's one result document, the owner's; return its receipt.

    For the `ask` of an `Asking`: what dies before its part is done finds the same document again.
    Raises what `made` raises; while documents is away the job waits.
    """
    return made(NewFile(f"job/{job.id}", 1, job.owner_id, name, write))


def _result(part: Part) -> dict[str, Any] | None:
    if part.document_id is None:
        return None if part.result is None else dict(part.result)
    return {**(part.result or {}), DOCUMENT: str(part.document_id)}


def _stopped() -> dict[str, Any]:
    return {"status": STOPPED, "done_at": now()}
