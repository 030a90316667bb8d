"""Ending sessions that nobody uses, and noting which are used."""

from datetime import timedelta

from chassis.http.sessions import LONGEST_LIFE
from chassis.process.clock import now
from chassis.process.regions import all_regions, in_region
from chassis.process.runtime import here
from services.identity import queries
from services.identity.domain.ending import EndReason
from services.identity.domain.idling import TOUCHED_EVERY, idle_limit, is_idle
from services.identity.models import SignInSession, db
from services.identity.usecases import sessions


def limit_of(row: SignInSession) -> timedelta | None:
    """Return after how long without use a session ends, by its region's choice and settings."""
    settings = here().settings
    with in_region(row.region):
        chosen = queries.region().idle_minutes
        return idle_limit(
            is_officer=bool(queries.roles_exercised(row.employee_id)),
            shared_computer=bool(row.shared_computer),
            officer_minutes=settings["IDLE_MINUTES"] if chosen is None else chosen,
            shared_minutes=settings["IDLE_MINUTES_SHARED"],
        )


def is_over(row: SignInSession) -> bool:
    """End a finished session that was not used for too long; tell whether it was.

    Use with an access token is not seen here; the application that sees it says when it ends.
    """
    seen_at = row.seen_at or row.started_at
    is_over = is_idle(seen_at, limit=limit_of(row), now=now(), unseen=LONGEST_LIFE)
    if is_over:
        with all_regions():
            sessions.end(row.id, why=EndReason.IDLE)
    elif now() - seen_at >= TOUCHED_EVERY:
        _touch(row)
    return is_over


def _touch(row: SignInSession) -> None:
    """Write down that a session is used; the row goes on being what its reader has."""
    with all_regions():
        with db.transaction() as session:
            row.seen_at = now()
            session.flush()
        db.session.refresh(row)
