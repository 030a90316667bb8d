"""Whom a channel does not reach: learnt from tries that ended, forgotten when it does (R37)."""

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.notification.models import ChannelTrouble, Contact, db

# A provider that gave up after days may have been away itself; these are about the address.
ABOUT_THE_ADDRESS = frozenset({"refused", "not_delivered"})


def learn_failure(
    session: Session, person: UUID, *, region: str, channel: str, reason: str
) -> None:
    """Note that a channel fails for good at a person's address, unless that changed meanwhile."""
    contact = session.get(Contact, person)
    is_old = contact is not None and (contact.fetched_version or 0) < contact.known_version
    if reason not in ABOUT_THE_ADDRESS or is_old:
        return
    if session.get(ChannelTrouble, (person, channel)) is None:
        # Another sender may be learning the same.
        with suppress(IntegrityError), db.attempt():
            told = {"channel": channel, "reason": reason, "region": region}
            session.add(ChannelTrouble(person_id=person, **told))
            session.flush()


def learn_arrivals(session: Session, people: Collection[UUID], *, channel: str) -> None:
    """Note that messages reached people by a channel."""
    session.execute(
        delete(ChannelTrouble)
        .where(ChannelTrouble.person_id.in_(people), ChannelTrouble.channel == channel)
        .execution_options(synchronize_session=False)
    )


def forget(people: Collection[UUID]) -> None:
    """Forget what was learnt about addresses that people no longer have."""
    db.session.execute(delete(ChannelTrouble).where(ChannelTrouble.person_id.in_(people)))
