"""What is read: a person's inbox, and the list of deliveries for those who answer for it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from chassis.data.paging import Page, page
from services.notification.adapters.registry import installed
from services.notification.domain.wishes import is_wanted
from services.notification.models import (
    Attempt,
    ChannelPreference,
    Delivery,
    Notice,
    Preference,
    db,
)


def inbox(
    person: UUID, *, unread: bool | None, about: str | None, limit: int, cursor: str | None
) -> Page:
    """List what a person was told inside the application, newest first."""
    statement = _mine(select(Notice), person)
    if unread is not None:
        statement = statement.where(
            Notice.read_at.is_(None) if unread else Notice.read_at.is_not(None)
        )
    if about:
        statement = statement.where(Notice.subject == about)
    by = (Notice.created_at, Notice.id)
    return page(db.session(), statement, by=by, limit=limit, cursor=cursor)


def unread_count(person: UUID) -> int:
    counted = _mine(select(func.count(Notice.id)), person).where(Notice.read_at.is_(None))
    return db.session.scalar(counted) or 0


def preference(person: UUID) -> Preference | None:
    return db.session.get(Preference, person)


def wishes(person: UUID) -> dict[str, bool]:
    """Tell of every channel whether a person wants to be told by it."""
    preference = db.session.get(Preference, person)
    mine = select(ChannelPreference).where(ChannelPreference.person_id == person)
    rows = {row.channel: row.wish for row in db.session.scalars(mine)}
    columns = {name: preference.wish(name) if preference else None for name in installed()}
    return {name: is_wanted(rows.get(name), column) for name, column in columns.items()}


def deliveries(*, subject: str | None, state: str | None, limit: int, cursor: str | None) -> Page:
    """List deliveries, newest first, with what they are about and every try; never their text."""
    statement = select(Delivery).join(Notice, Notice.id == Delivery.notice_id)
    if subject:
        statement = statement.where(Notice.subject == subject)
    if state:
        statement = statement.where(Delivery.state == state)
    by = (Delivery.created_at, Delivery.id)
    rows = page(db.session(), statement, by=by, limit=limit, cursor=cursor)
    return Page([_audited(entry) for entry in _with_notices(rows.items)], rows.next_cursor)


def _mine(statement: Select[Any], person: UUID) -> Select[Any]:
    return statement.where(Notice.recipient_id == person, Notice.in_app.is_(True))


def _with_notices(deliveries: Sequence[Delivery]) -> list[tuple[Delivery, Notice, list[Attempt]]]:
    notices = {
        notice.id: notice
        for notice in db.session.scalars(
            select(Notice).where(Notice.id.in_({delivery.notice_id for delivery in deliveries}))
        )
    }
    tries: dict[UUID, list[Attempt]] = {delivery.id: [] for delivery in deliveries}
    for attempt in db.session.scalars(
        select(Attempt).where(Attempt.delivery_id.in_(tries)).order_by(Attempt.number)
    ):
        tries[attempt.delivery_id].append(attempt)
    return [(delivery, notices[delivery.notice_id], tries[delivery.id]) for delivery in deliveries]


def _audited(row: tuple[Delivery, Notice, list[Attempt]]) -> dict[str, Any]:
    delivery, notice, attempts = row
    return {
        "id": delivery.id,
        "notice_id": notice.id,
        "about": notice.subject,
        "event_type": notice.event_type,
        "service": notice.service,
        "rule": notice.rule,
        "recipient_id": notice.recipient_id,
        "channel": delivery.channel,
        "state": delivery.state,
        "reason": delivery.reason,
        "confirmed": delivery.confirmed,
        "created_at": delivery.created_at,
        "due_at": delivery.due_at,
        "finished_at": delivery.finished_at,
        "attempts": attempts,
    }
