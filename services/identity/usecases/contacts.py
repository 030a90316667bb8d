"""How to reach a person: said by the person, and proved by a code that came there (R37)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.data.tallies import hold
from chassis.data.versioned import Seen, Stale, count_changed
from chassis.events import outbox
from chassis.events.security import Kind, note
from chassis.kernel.contacts import mobile_number
from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.identity import events, queries
from services.identity.adapters.machinery import machinery
from services.identity.domain.contact_codes import (
    CODE_LIFE,
    CODE_TRIES,
    LONGEST_BUDGET,
    MAIL,
    WHATSAPP,
    AlreadyVerified,
    ContactCodeWrong,
    NoAddress,
    check_budget,
    digits_of,
    new_code,
)
from services.identity.domain.employees import cleaned
from services.identity.models import Contact, ContactCode, db
from services.identity.usecases.letters import burn, seal

_OWN_WORD = "pegawai sendiri"
_MARK = "contact codes"
_COLUMNS = {MAIL: "email", WHATSAPP: "phone"}


def change_own_contact(employee_id: UUID, *, seen: Seen, values: Mapping[str, Any]) -> Contact:
    """Change how to reach a person; others learn only that it changed.

    A verified address that is replaced is told of it; the new one is not verified. A person
    without a contact says it for the first time. Raises `Stale`.
    """
    with db.transaction() as session:
        contact = queries.own_contact(employee_id)
        contact.check_seen(seen)
        if contact not in session:
            _add_first(session, contact)
        before = {channel: _verified(contact, channel) for channel in _COLUMNS}
        if contact.change_if_different(**cleaned(values), source=_OWN_WORD, as_of=queries.today()):
            outbox.record(events.contact_changed(contact))
            _tell_replaced(contact, before)
    return contact


def send_code(employee_id: UUID, channel: str) -> datetime:
    """Send a code to the person's present address; return until when it is taken.

    Raises `NoAddress`, `AlreadyVerified`, `NoMobile` or `TooManyCodes`.
    """
    with db.transaction() as session:
        contact = queries.own_contact(employee_id)
        address = _sendable(contact, channel)
        hold(db, f"contact codes/{employee_id}")
        check_budget(_sent_lately(employee_id), now=now())
        session.execute(
            update(ContactCode)
            .where(ContactCode.employee_id == employee_id, ContactCode.ended_at.is_(None))
            .values(ended_at=now())
        )
        row = _new_code(employee_id, channel, address)
        session.add(row)
        session.flush()
        outbox.record(events.contact_code_sent(row))
    return row.expires_at


def verify(employee_id: UUID, channel: str, code: str) -> Contact:
    """Take the code that came to the present address. Raises `ContactCodeWrong`.

    A try is counted before it is looked at, so that many at once are no more than a few.
    """
    row = _counted(employee_id, channel)
    mark = machinery().sealer.mark(_MARK, f"{row.id}:{digits_of(code)}")
    with db.transaction():
        contact = queries.own_contact(employee_id)
        if mark != row.mark or getattr(contact, _COLUMNS[channel]) != row.address:
            raise ContactCodeWrong
        row.ended_at = now()
        burn(row.id)
        column = _COLUMNS[channel]
        contact.change(**{f"verified_{column}": row.address, f"verified_{column}_at": now()})
        outbox.record(events.contact_changed(contact))
        note(Kind.RECOVERY, "contact_verified", person=employee_id)
    return contact


def install_verified(employee_id: UUID) -> None:
    """Take every address as proved: for the invented people of a demo."""
    at = now()
    with db.transaction() as session:
        session.execute(
            update(Contact)
            .where(Contact.employee_id == employee_id)
            .values(
                verified_email=Contact.email,
                verified_email_at=at,
                verified_phone=Contact.phone,
                verified_phone_at=at,
            )
        )


def _add_first(session: Session, contact: Contact) -> None:
    contact.source, contact.as_of = _OWN_WORD, queries.today()
    session.add(contact)
    try:
        session.flush()
    except IntegrityError as error:
        raise Stale from error


def _verified(contact: Contact, channel: str) -> str | None:
    column = _COLUMNS[channel]
    is_verified = getattr(contact, f"{column}_verified_at") is not None
    return getattr(contact, column) if is_verified else None


def _tell_replaced(contact: Contact, before: Mapping[str, str | None]) -> None:
    for channel, address in before.items():
        if address and address != getattr(contact, _COLUMNS[channel]):
            letter_id = uuid7()
            # The letter says nothing secret; it is sealed because the old address is nowhere else.
            until = now() + LONGEST_BUDGET
            owner = contact.employee_id
            seal(letter_id, owner, address, until=until, channel=channel, address=address)
            outbox.record(events.contact_replaced(contact, letter_id, channel, at=now()))


def _sendable(contact: Contact, channel: str) -> str:
    address: str | None = getattr(contact, _COLUMNS[channel])
    if not address:
        raise NoAddress
    if _verified(contact, channel):
        raise AlreadyVerified
    return mobile_number(address) if channel == WHATSAPP else address


def _sent_lately(employee_id: UUID) -> list[datetime]:
    statement = select(ContactCode.sent_at).where(
        ContactCode.employee_id == employee_id, ContactCode.sent_at > now() - LONGEST_BUDGET
    )
    return list(db.session.scalars(statement))


def _new_code(employee_id: UUID, channel: str, address: str) -> ContactCode:
    code_id, code, instant = uuid7(), new_code(), now()
    until = instant + CODE_LIFE
    seal(code_id, employee_id, code, until=until, channel=channel, address=address)
    return ContactCode(
        id=code_id,
        employee_id=employee_id,
        channel=channel,
        address=address,
        mark=machinery().sealer.mark(_MARK, f"{code_id}:{code}"),
        sent_at=instant,
        expires_at=until,
    )


def _counted(employee_id: UUID, channel: str) -> ContactCode:
    with db.transaction() as session:
        row = session.scalar(
            select(ContactCode)
            .where(
                ContactCode.employee_id == employee_id,
                ContactCode.channel == channel,
                ContactCode.ended_at.is_(None),
                ContactCode.expires_at > now(),
            )
            .order_by(ContactCode.sent_at.desc())
            .limit(1)
        )
        counted = row and count_changed(
            session,
            update(ContactCode)
            .where(ContactCode.id == row.id, ContactCode.tries < CODE_TRIES)
            .values(tries=ContactCode.tries + 1),
        )
    if row is None or not counted:
        raise ContactCodeWrong
    return row
