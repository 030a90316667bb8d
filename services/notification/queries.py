"""What is read: a person's inbox, and the list of deliveries for those who answer for it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from chassis.data.listing import Column, Filter, Listing, Wanted
from chassis.data.paging import Page, Source, page
from chassis.data.reading import Reading
from services.notification.adapters.registry import installed
from services.notification.domain.wishes import is_wanted
from services.notification.models import (
    EMPLOYEE_WORDS,
    Attempt,
    ChannelPreference,
    ChannelTrouble,
    Delivery,
    Employee,
    Notice,
    Preference,
    db,
)

STATES = ("pending", "sending", "sent", "failed", "skipped")
_MINE = (Notice.recipient_id == bindparam("person"), Notice.in_app.is_(True))
_NOTICES = select(Notice).where(*_MINE)
_UNREAD = Reading(select(func.count(Notice.id)).where(*_MINE, Notice.read_at.is_(None)))
_LANGUAGE = Reading(select(Preference.language).where(Preference.person_id == bindparam("person")))
_OLDEST_FIRST = (Delivery.created_at, Delivery.id)


def _of_notices(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return Delivery.notice_id.in_(select(Notice.id).where(*conditions))


def _to_people(statement: Select[Any], q: str) -> Select[Any]:
    noticed = statement.join(Notice, Notice.id == Delivery.notice_id)
    return EMPLOYEE_WORDS.narrowed(noticed, q, of=Notice.recipient_id)


DELIVERIES = Listing(
    title="pengiriman",
    sort="-created_at",
    words=_to_people,
    columns=(
        Column(
            "created_at",
            {"id": "Dibuat", "en": "Made"},
            "datetime",
            sort=_OLDEST_FIRST,
            filter=Delivery.created_at,
        ),
        Column("recipient_id", {"id": "Penerima", "en": "Recipient"}, "id"),
        Column(
            "channel",
            {"id": "Saluran", "en": "Channel"},
            "code",
            read="channel_label",
            filter=Delivery.channel,
        ),
        Column(
            "state",
            {"id": "Keadaan", "en": "State"},
            "code",
            sort=(Delivery.state, *_OLDEST_FIRST),
            filter=Delivery.state,
            options=STATES,
        ),
        Column("reason", {"id": "Alasan", "en": "Reason"}, "code"),
        Column("confirmed", {"id": "Kabar penyedia", "en": "Provider says"}, "code"),
        Column("about", {"id": "Tentang", "en": "About"}),
        Column("service", {"id": "Sistem", "en": "Service"}, "code"),
        Column("rule", {"id": "Aturan", "en": "Rule"}, "code"),
        Column("due_at", {"id": "Jatuh waktu", "en": "Due"}, "datetime"),
        Column("finished_at", {"id": "Selesai", "en": "Finished"}, "datetime"),
    ),
    further=(
        Filter("subject", lambda about: _of_notices(Notice.subject == about), "text"),
        Filter("recipient_id", lambda person: _of_notices(Notice.recipient_id == person), "id"),
    ),
)


UNREACHED = Listing(
    title="tidak-terjangkau",
    sort="-since",
    words=lambda statement, q: EMPLOYEE_WORDS.narrowed(statement, q, of=ChannelTrouble.person_id),
    columns=(
        Column("name", {"id": "Nama", "en": "Name"}),
        Column("nip", {"id": "NIP", "en": "NIP"}, "nip"),
        Column(
            "channel",
            {"id": "Saluran", "en": "Channel"},
            "code",
            read="channel_label",
            filter=ChannelTrouble.channel,
        ),
        Column("reason", {"id": "Sebab", "en": "Why"}, "code", read="reason_label"),
        Column(
            "since",
            {"id": "Sejak", "en": "Since"},
            "datetime",
            sort=(ChannelTrouble.since, ChannelTrouble.person_id, ChannelTrouble.channel),
        ),
    ),
)


def unreached(wanted: Wanted, *, opds: Collection[UUID] | None) -> Page:
    """List whom a channel does not reach, of some OPDs or (None) of all; never the address."""
    of_people = select(ChannelTrouble).join(Employee, Employee.id == ChannelTrouble.person_id)
    statement = of_people.where(Employee.active)
    if opds is not None:
        statement = statement.where(Employee.opd_id.in_(opds))
    found = UNREACHED.page(db.session(), Source(statement), wanted)
    ids = {row.person_id for row in found.items}
    rows = db.session.scalars(select(Employee).where(Employee.id.in_(ids)))
    persons = {row.id: row for row in rows}
    return found.each(lambda row: (row, persons[row.person_id]))


def own_troubles(person: UUID) -> Sequence[ChannelTrouble]:
    """Return the channels that do not reach a person."""
    mine = select(ChannelTrouble).where(ChannelTrouble.person_id == person)
    return db.session.scalars(mine.order_by(ChannelTrouble.channel)).all()


def inbox(
    person: UUID, *, unread: bool | None, about: str | None, limit: int, cursor: str | None
) -> Page:
    """List what a person was told inside the application, newest first."""
    statement = _NOTICES
    if unread is not None:
        statement = statement.where(
            Notice.read_at.is_(None) if unread else Notice.read_at.is_not(None)
        )
    if about:
        statement = statement.where(Notice.subject == about)
    by = (Notice.created_at, Notice.id)
    source = Source(statement, {"person": person})
    return page(db.session(), source, by=by, limit=limit, cursor=cursor)


def unread_count(person: UUID) -> int:
    return _UNREAD.value(db.session, person=person) or 0


def preference(person: UUID) -> Preference | None:
    return db.session.get(Preference, person)


def language_of(person: UUID) -> str | None:
    """Return the language in which a person wants to be told, if they chose one."""
    chosen: str | None = _LANGUAGE.value(db.session, person=person)
    return chosen


def wishes(person: UUID) -> dict[str, bool]:
    """Tell of every channel whether a person wants to be told by it."""
    preference = db.session.get(Preference, person)
    mine = select(ChannelPreference).where(ChannelPreference.person_id == person)
    rows = {row.channel: row.wish for row in db.session.scalars(mine)}
    columns = {name: preference.wish(name) if preference else None for name in installed()}
    return {name: is_wanted(rows.get(name), column) for name, column in columns.items()}


def deliveries(wanted: Wanted) -> Page:
    """List deliveries, newest first unless wanted otherwise, with what they are about and every
    try; never their text.
    """
    found = DELIVERIES.page(db.session(), Source(select(Delivery)), wanted)
    return replace(found, items=_audited(found.items))


def _audited(deliveries: Sequence[Delivery]) -> list[dict[str, Any]]:
    about = select(Notice).where(Notice.id.in_({row.notice_id for row in deliveries}))
    notices = {notice.id: notice for notice in db.session.scalars(about)}
    tries = _attempts([row.id for row in deliveries])
    return [_shown(row, notices[row.notice_id], tries[row.id]) for row in deliveries]


def _attempts(delivery_ids: Sequence[UUID]) -> dict[UUID, list[Attempt]]:
    tries: dict[UUID, list[Attempt]] = {delivery_id: [] for delivery_id in delivery_ids}
    rows = select(Attempt).where(Attempt.delivery_id.in_(tries)).order_by(Attempt.number)
    for attempt in db.session.scalars(rows):
        tries[attempt.delivery_id].append(attempt)
    return tries


def _shown(delivery: Delivery, notice: Notice, attempts: list[Attempt]) -> dict[str, Any]:
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
