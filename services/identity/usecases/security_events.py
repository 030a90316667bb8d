"""Keeping what every service notes about the safety of accounts and data."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from chassis.data.versioned import count_changed
from chassis.events.envelope import Event
from chassis.process import regions
from chassis.process.clock import now
from chassis.process.runtime import here
from services.identity.manifest import SECURITY_EVENTS_DAYS
from services.identity.models import Region, SecurityAlarm, SecurityEvent, db
from services.identity.usecases.alarming import raise_where_too_many


def keep(event: Event) -> None:
    """Keep a note in its region; what belongs to none concerns each of them."""
    with db.transaction() as session:
        for region in _concerned(event.region):
            row = SecurityEvent(
                region=region,
                source=event.source,
                kind=event.data["kind"],
                why=event.data["why"],
                actor_id=_id(event.data.get("actor_id")),
                client_id=event.data.get("client_id"),
                person_id=_id(event.data.get("person_id")),
                thing=event.data["thing"],
                origin=event.data["origin"],
                amount=event.data["amount"],
                request_id=event.request_id,
                noted_at=event.time,
            )
            session.add(row)
            session.flush()
            with regions.in_region(region):
                raise_where_too_many(row)


def _concerned(region: str) -> Iterable[str]:
    if region != regions.ALL:
        return [region]
    return list(db.session.scalars(select(Region.code).order_by(Region.code)))


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def forget_old() -> bool:
    """Delete what is older than the setting says; nothing else deletes a row.

    An alarm that nobody has looked into stays.
    """
    kept = timedelta(days=here().settings[SECURITY_EVENTS_DAYS.name])
    before = now() - kept
    with regions.all_regions(), db.transaction() as session:
        count_changed(session, delete(SecurityEvent).where(SecurityEvent.noted_at < before))
        looked_into = SecurityAlarm.closed_at.is_not(None)
        old_alarms = delete(SecurityAlarm).where(SecurityAlarm.raised_at < before, looked_into)
        count_changed(session, old_alarms)
    return False
