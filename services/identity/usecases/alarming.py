"""An alarm where security events are too many: once in the time that its threshold looks at."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from chassis.data.versioned import Seen
from chassis.events import outbox
from chassis.kernel.errors import Forbidden
from chassis.process.clock import now
from services.identity import events
from services.identity.domain.alarms import THRESHOLDS, Threshold, counts, limits_of
from services.identity.models import Region, SecurityAlarm, SecurityEvent, SecurityLimits, db
from services.identity.queries import security


def raise_where_too_many(row: SecurityEvent) -> None:
    """Raise the alarms that an event makes due, inside its transaction and in its region."""
    for code, threshold in THRESHOLDS.items():
        if counts(threshold, row.kind, row.why) and (about := _about(row, threshold)) is not None:
            _look(code, threshold, row, about)


def change_limits(chosen: dict[str, int], *, seen: Seen) -> SecurityLimits:
    """Choose what is too many in the bound region. Raises `Stale`."""
    with db.transaction() as session:
        row = security.limits()
        row.check_seen(seen)
        session.add(row)
        session.flush()
        row.change(most=chosen)
    return row


def close(alarm_id: UUID, *, by: UUID) -> SecurityAlarm:
    """Say that somebody has looked into an alarm; only then it is forgotten in time.

    Raises `NotFound`, or `Forbidden` for whom it is about.
    """
    with db.transaction():
        alarm = db.one(select(SecurityAlarm).where(SecurityAlarm.id == alarm_id))
        if alarm.about == str(by):
            raise Forbidden
        if alarm.closed_at is None:
            alarm.change(closed_at=now(), closed_by=by)
    return alarm


def _look(code: str, threshold: Threshold, row: SecurityEvent, about: str) -> None:
    began = db.session.scalar(select(Region.created_at).where(Region.code == row.region))
    if began is None:
        return  # a region that this installation does not have has nobody to tell
    since = max(now() - threshold.within, began)
    if row.noted_at < since:
        return  # history that is read again, or how the installation itself began
    most = limits_of(security.limits(row.region).most)[code]
    if _amount(threshold, row, since) < most:
        return
    # Two events at once raise one alarm.
    db.session.execute(select(Region.code).where(Region.code == row.region).with_for_update())
    if not _is_raised(code, row.region, about, since):
        _raise(code, threshold, row, about)


def _raise(code: str, threshold: Threshold, row: SecurityEvent, about: str) -> None:
    amount = _amount(threshold, row, now() - threshold.within)
    alarm = SecurityAlarm(region=row.region, threshold=code, about=about, amount=amount)
    db.session.add(alarm)
    db.session.flush()
    told = security.holders_today(security.TOLD, row.region)
    outbox.record(events.security_alarmed(alarm, told))


def _about(row: SecurityEvent, threshold: Threshold) -> str | None:
    """Return what events are counted together by, None where this one says nothing of it."""
    value: Any = getattr(row, threshold.by)
    return str(value) if value else None


def _amount(threshold: Threshold, row: SecurityEvent, since: datetime) -> int:
    alike: list[ColumnElement[bool]] = [
        SecurityEvent.region == row.region,
        SecurityEvent.kind == threshold.kind,
        SecurityEvent.noted_at > since,
        getattr(SecurityEvent, threshold.by) == getattr(row, threshold.by),
    ]
    if threshold.why:
        alike.append(SecurityEvent.why.in_(threshold.why))
    return int(db.session.scalar(select(func.sum(SecurityEvent.amount)).where(*alike)) or 0)


def _is_raised(code: str, region: str, about: str, since: datetime) -> bool:
    raised = select(SecurityAlarm.id).where(
        SecurityAlarm.region == region,
        SecurityAlarm.threshold == code,
        SecurityAlarm.about == about,
        SecurityAlarm.raised_at > since,
    )
    return db.session.scalar(raised.limit(1)) is not None
