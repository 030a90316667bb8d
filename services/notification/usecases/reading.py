"""A person marks notices as read, and says how they want to be told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from chassis.data.versioned import count_changed
from chassis.kernel.errors import FieldError, Invalid, NotFound
from services.notification.adapters.registry import installed
from services.notification.domain.wishes import NAMED_IN_V1, Wish
from services.notification.models import ChannelPreference, Notice, Preference, db


class InAppRequired(Invalid):
    """The inbox keeps every notice; it is the record of what a person was told."""

    code = "in_app_required"
    text = {
        "id": "Pemberitahuan di dalam aplikasi tidak dapat dimatikan.",
        "en": "Notices inside the application cannot be switched off.",
    }


class UnknownChannel(Invalid):
    """A wish about a channel that is not installed here."""

    code = "unknown_channel"
    text = {
        "id": "Saluran pemberitahuan ini tidak ada.",
        "en": "There is no such channel.",
    }


class Contradiction(Invalid):
    """A channel is named twice, with two wishes; nobody guesses which was meant."""

    code = "contradiction"
    text = {
        "id": "Saluran ini disebut dua kali dengan pilihan yang berbeda.",
        "en": "This channel is named twice, with different choices.",
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


def prefer(choice: Mapping[str, Any], *, person: UUID, now: datetime) -> None:
    """Keep which channels and which language a person wants, for messages not yet sent.

    A channel that the choice does not name stays as it was. Raises `InAppRequired` for a wish to
    switch the inbox off, `UnknownChannel` and `Contradiction` for wishes that cannot be kept.
    """
    if not choice.get("in_app", True):
        raise InAppRequired(errors=[_error("/in_app", InAppRequired)])
    named = _named(choice)
    with db.transaction() as session:
        preference = session.get(Preference, person)
        if preference is None:
            preference = Preference(person_id=person, **dict.fromkeys(NAMED_IN_V1, True))
            session.add(preference)
        wishes = {name: getattr(preference, name) for name in NAMED_IN_V1} | named
        for name in NAMED_IN_V1:
            setattr(preference, name, wishes[name])
        preference.language, preference.updated_at = choice["language"], now
        for channel, wanted in wishes.items():
            _keep(session, person, channel, Wish(wanted, now))


def _named(choice: Mapping[str, Any]) -> dict[str, bool]:
    listed: dict[str, bool] = choice.get("channels", {})
    unknown = [name for name in listed if name not in installed()]
    if unknown:
        raise UnknownChannel(errors=[_error(f"/channels/{n}", UnknownChannel) for n in unknown])
    of_v1 = {name: choice[name] for name in NAMED_IN_V1 if name in choice}
    twice = [name for name in of_v1 if listed.get(name, of_v1[name]) != of_v1[name]]
    if twice:
        raise Contradiction(errors=[_error(f"/channels/{name}", Contradiction) for name in twice])
    return of_v1 | listed


def _keep(session: Session, person: UUID, channel: str, wish: Wish) -> None:
    row = session.get(ChannelPreference, (person, channel))
    if row is None:
        row = ChannelPreference(person_id=person, channel=channel)
        session.add(row)
    row.wanted, row.updated_at = wish.wanted, wish.at


def _error(pointer: str, refusal: type[Invalid]) -> FieldError:
    return FieldError(pointer, refusal.code, **refusal.text)
