"""A person marks notices as read, and says how they want to be told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from chassis.data.versioned import count_changed
from chassis.kernel.errors import FieldError, Invalid, NotFound
from services.notification.models import Notice, Preference, db


class InAppRequired(Invalid):
    """The inbox keeps every notice; it is the record of what a person was told."""

    code = "in_app_required"
    text = {
        "id": "Pemberitahuan di dalam aplikasi tidak dapat dimatikan.",
        "en": "Notices inside the application cannot be switched off.",
    }


def mark_read(notice_id: UUID, *, person: UUID, now: datetime) -> Notice:
    """Mark one of the person's notices as read; the first time counts.

    Raises `NotFound` when it is not there or somebody else's.
    """
    with db.transaction() as session:
        notice = session.get(Notice, notice_id)
        if notice is None or notice.recipient_id != person or not notice.in_app:
            raise NotFound
        notice.read_at = notice.read_at or now
    return notice


def mark_all_read(*, person: UUID, now: datetime) -> int:
    """Mark everything in the person's inbox as read; returns how many notices that were."""
    with db.transaction() as session:
        unread = (
            update(Notice)
            .where(Notice.recipient_id == person, Notice.in_app.is_(True))
            .where(Notice.read_at.is_(None))
        )
        return count_changed(session, unread.values(read_at=now))


def prefer(choice: dict[str, Any], *, person: UUID, now: datetime) -> Preference:
    """Keep which channels and which language a person wants, for messages not yet sent.

    Raises `InAppRequired` for a wish to switch the inbox off.
    """
    if not choice.get("in_app", True):
        error = FieldError("/in_app", InAppRequired.code, **InAppRequired.text)
        raise InAppRequired(errors=[error])
    with db.transaction() as session:
        preference = session.get(Preference, person)
        if preference is None:
            preference = Preference(person_id=person)
            session.add(preference)
        preference.email, preference.whatsapp = choice["email"], choice["whatsapp"]
        preference.language, preference.updated_at = choice["language"], now
    return preference
