"""Is this process alive, can it serve, and what does it count."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy import Table, and_, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import ColumnElement

from chassis.data import postgres
from chassis.data.revisions import Schema, schema_of
from chassis.events.bus import BusUnavailable
from chassis.events.reconcile import sources_of
from chassis.http.auth import public
from chassis.kernel.errors import Unavailable
from chassis.process.clock import now
from chassis.process.runtime import Runtime, here
from chassis.process.telemetry import (
    BUS_DEGRADED,
    CONNECTIONS,
    EXPOSED,
    OLDEST_UNPUBLISHED,
    OLDEST_WAITING,
    PARKED,
    QUEUED,
    UNKNOWN,
    UNPUBLISHED,
    WAITING,
    exposition,
    log,
)

blueprint = Blueprint("health", __name__)
LATE = 30.0  # seconds after which an event that no hearer has yet is told of
OK, DEGRADED, UNAVAILABLE = "ok", "degraded", "unavailable"


@blueprint.get("/livez")
@public
def livez() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """The database is there with the right schema. Without bus or store it only does less.

    `degraded` is ready too: people work on, and others hear of it later.
    """
    runtime = here()
    schema = _schema(runtime)
    database = _database(runtime, schema)
    ready = database == OK
    reasons = {"bus": _bus(runtime, asks_database=ready), **_others(runtime)}
    degraded = {name: reason for name, reason in reasons.items() if reason}
    body = {
        "status": (DEGRADED if degraded else OK) if ready else UNAVAILABLE,
        "service": runtime.name,
        "checks": {"database": database, **_words(reasons)},
        "degraded": degraded,
        "schema": {**asdict(schema), "state": schema.state} if schema else {},
        "copies": _copies(runtime) if ready else {},
        "backlog": _backlog(runtime) if ready else {},
    }
    return jsonify(body), 200 if ready else 503


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text; the edge never routes here."""
    _measure(here())
    return Response(exposition(), content_type=EXPOSED)


def _schema(runtime: Runtime) -> Schema | None:
    """Compare the database with this code; None while it cannot be asked."""
    try:
        return schema_of(runtime.db.engine, runtime.folder)
    except SQLAlchemyError as error:
        log.warning("database_not_ready", error=type(error).__name__)
        return None


def _database(runtime: Runtime, schema: Schema | None) -> str:
    if schema is None:
        return "unreachable"
    try:
        if postgres.is_postgres(runtime.db.engine):
            postgres.check_durability(runtime.db.engine)
    except SQLAlchemyError as error:
        log.warning("database_not_ready", error=type(error).__name__)
        return "unreachable"
    except postgres.UnsafeServer as error:
        log.error("database_unsafe", reason=str(error))
        return "unsafe_settings"
    return OK if schema.serves else "migration_missing"


def _words(reasons: Mapping[str, str]) -> dict[str, str]:
    return {name: DEGRADED if reason else OK for name, reason in reasons.items()}


def _bus(runtime: Runtime, *, asks_database: bool) -> str:
    """A broker that is there and confirms nothing shows in what waits for it."""
    try:
        runtime.bus.check()
    except BusUnavailable:
        return "bus_unavailable"
    return "events_late" if asks_database and oldest_unpublished(runtime) > LATE else ""


def _others(runtime: Runtime) -> dict[str, str]:
    """Say of what else the service leans on why it does less; nothing where it does not."""
    reasons = {}
    for name, check in runtime.leans_on.items():
        reasons[name] = ""
        try:
            check()
        except Unavailable as error:
            reasons[name] = error.code
    return reasons


def _copies(runtime: Runtime) -> dict[str, Any]:
    """How old this service's copies of others' facts can be at most: when last compared."""
    cursors = runtime.db.plumbing.feed_cursors
    rows = runtime.db.session.execute(select(cursors))
    return {
        row.source: {"position": row.position, "compared_at": row.checked_at.isoformat()}
        for row in rows
    }


def _measure(runtime: Runtime) -> None:
    backlog = _backlog(runtime)
    PARKED.labels(runtime.name).set(backlog["parked"])
    WAITING.labels(runtime.name).set(backlog["waiting"])
    UNPUBLISHED.labels(runtime.name).set(backlog["unpublished"])
    UNKNOWN.labels(runtime.name).set(backlog["unknown"])
    inbox, oldest = runtime.db.plumbing.inbox, oldest_unpublished(runtime)
    OLDEST_WAITING.labels(runtime.name).set(_age(runtime, inbox.c.received_at, _waiting(runtime)))
    OLDEST_UNPUBLISHED.labels(runtime.name).set(oldest)
    BUS_DEGRADED.labels(runtime.name).set(int(oldest > LATE))
    _measure_engines(runtime)


def oldest_unpublished(runtime: Runtime) -> float:
    """Return for how many seconds the oldest event has waited for the bus, 0 when none does."""
    outbox = runtime.db.plumbing.outbox
    return _age(runtime, outbox.c.recorded_at, outbox.c.published_at.is_(None))


def _measure_engines(runtime: Runtime) -> None:
    """What this process holds of its database, and what waits on the broker, if that answers."""
    pool: Any = runtime.db.engine.pool
    CONNECTIONS.labels(runtime.name, "in_use").set(pool.checkedout())
    CONNECTIONS.labels(runtime.name, "idle").set(pool.checkedin())
    if runtime.heard:
        with suppress(BusUnavailable):
            QUEUED.labels(runtime.name).set(runtime.bus.depth(runtime.name))


def _backlog(runtime: Runtime) -> dict[str, Any]:
    """What is still under way; `never_compared` names sources whose log was not yet read once.

    `unknown` events are of a type that only another release hears; nothing here waits for them.
    """
    inbox, outbox = runtime.db.plumbing.inbox, runtime.db.plumbing.outbox
    compared, compares = _copies(runtime), runtime.settings.reconcile_every > 0
    return {
        "unpublished": _count(runtime, outbox, outbox.c.published_at.is_(None)),
        "waiting": _count(runtime, inbox, _waiting(runtime)),
        "unknown": _count(runtime, inbox, _unknown(runtime)),
        "parked": _count(runtime, inbox, inbox.c.status == "parked"),
        "never_compared": [s for s in sources_of(runtime) if compares and s not in compared],
    }


def _waiting(runtime: Runtime) -> ColumnElement[bool]:
    inbox = runtime.db.plumbing.inbox
    return and_(inbox.c.status == "pending", inbox.c.type.in_(runtime.heard))


def _unknown(runtime: Runtime) -> ColumnElement[bool]:
    inbox = runtime.db.plumbing.inbox
    return and_(inbox.c.status == "pending", inbox.c.type.not_in(runtime.heard))


def _age(runtime: Runtime, since: ColumnElement[Any], condition: ColumnElement[bool]) -> float:
    """Seconds since the oldest row that fits; 0 when there is none."""
    oldest = runtime.db.session.scalar(select(func.min(since)).where(condition))
    return max(0.0, (now() - oldest).total_seconds()) if oldest else 0.0


def _count(runtime: Runtime, table: Table, condition: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(table).where(condition)
    return runtime.db.session.scalar(counted) or 0
