"""What is read: a person's inbox, and the list of deliveries for those who answer for it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from chassis.data.paging import Page, page
from services.notification.models import (
    Attempt,
    Delivery,
    Notice,
    Preference,
    db,
)


def inbox(
    person: UUID, *, unread: bool | None, about: str | None, limit: int, cursor: str | None
) -> Page:
    """List what a person was told inside the application, newest first."""
    wanted = _mine(select(Notice), person)
    if unread is not None:
        wanted = wanted.where(Notice.read_at.is_(None) if unread else Notice.read_at.is_not(None))
    if about:
        wanted = wanted.where(Notice.subject == about)
    by = (Notice.created_at, Notice.id)
    return page(db.session(), wanted, by=by, limit=limit, cursor=cursor)


def unread_count(person: UUID) -> int:
    counted = _mine(select(func.count(Notice.id)), person).where(Notice.read_at.is_(None))
    return db.session.scalar(counted) or 0


def preference(person: UUID) -> Preference | None:
    return db.session.get(Preference, person)


def deliveries(*, subject: str | None, state: str | None, limit: int, cursor: str | None) -> Page:
    """List deliveries, newest first, with what they are about and every try; never their text."""
    wanted = select(Delivery).join(Notice, Notice.id == Delivery.notice_id)
    if subject:
        wanted = wanted.where(Notice.subject == subject)
    if state:
        wanted = wanted.where(Delivery.state == state)
    by = (Delivery.created_at, Delivery.id)
    found = page(db.session(), wanted, by=by, limit=limit, cursor=cursor)
    return Page([_audited(one) for one in _with_notices(found.items)], found.next_cursor)


def _mine(statement: Select[Any], person: UUID) -> Select[Any]:
    return statement.where(Notice.recipient_id == person, Notice.in_app.is_(True))


def _with_notices(found: Sequence[Delivery]) -> list[tuple[Delivery, Notice, list[Attempt]]]:
    notices = {
        notice.id: notice
        for notice in db.session.scalars(
            select(Notice).where(Notice.id.in_({one.notice_id for one in found}))
        )
    }
    tries: dict[UUID, list[Attempt]] = {one.id: [] for one in found}
    for attempt in db.session.scalars(
        select(Attempt).where(Attempt.delivery_id.in_(tries)).order_by(Attempt.number)
    ):
        tries[attempt.delivery_id].append(attempt)
    return [(one, notices[one.notice_id], tries[one.id]) for one in found]


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
