"""Is this process alive, can it serve, and what does it count."""

from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import generate_latest
from sqlalchemy import Table, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import ColumnElement

from chassis import migration, postgres
from chassis.auth import public
from chassis.bus import BusUnavailable
from chassis.problems import Unavailable
from chassis.reconcile import sources_of
from chassis.runtime import Runtime, here
from chassis.telemetry import PARKED, REGISTRY, UNPUBLISHED, WAITING, log

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
@public
def livez() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """The database is there with the right schema. Without bus or store it only does less."""
    runtime = here()
    checks = {"database": _database(runtime), "bus": _bus(runtime), **_others(runtime)}
    ready = checks["database"] == "ok"
    body = {
        "status": "ok" if ready else "unavailable",
        "service": runtime.name,
        "checks": checks,
        "copies": _copies(runtime) if ready else {},
        "backlog": _backlog(runtime) if ready else {},
    }
    return jsonify(body), 200 if ready else 503


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text; the edge never routes here."""
    _measure(here())
    return Response(generate_latest(REGISTRY), content_type="text/plain; version=0.0.4")


def _database(runtime: Runtime) -> str:
    try:
        behind = not migration.is_current(runtime.db.engine, runtime.folder)
        if postgres.is_postgres(runtime.db.engine):
            postgres.check_durability(runtime.db.engine)
    except SQLAlchemyError as error:
        log.warning("database_not_ready", error=type(error).__name__)
        return "unreachable"
    except postgres.UnsafeServer as error:
        log.error("database_unsafe", reason=str(error))
        return "unsafe_settings"
    return "migration_missing" if behind else "ok"


def _bus(runtime: Runtime) -> str:
    try:
        runtime.bus.check()
    except BusUnavailable:
        return "degraded"
    return "ok"


def _others(runtime: Runtime) -> dict[str, str]:
    told = {}
    for name, check in runtime.leans_on.items():
        try:
            check()
        except Unavailable:
            told[name] = "degraded"
        else:
            told[name] = "ok"
    return told


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


def _backlog(runtime: Runtime) -> dict[str, Any]:
    """What is still under way; `never_compared` names sources whose log was not yet read once."""
    inbox, outbox = runtime.db.plumbing.inbox, runtime.db.plumbing.outbox
    compared = _copies(runtime)
    return {
        "unpublished": _count(runtime, outbox, outbox.c.published_at.is_(None)),
        "waiting": _count(runtime, inbox, inbox.c.status == "pending"),
        "parked": _count(runtime, inbox, inbox.c.status == "parked"),
        "never_compared": [one for one in sources_of(runtime) if one not in compared],
    }


def _count(runtime: Runtime, table: Table, condition: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(table).where(condition)
    return runtime.db.session.scalar(counted) or 0
