"""Tables of the notification service, and its local copies of identity's people.

A notice is what one person is told because of one event and one rule; a delivery is that notice
on one channel; an attempt is one try to send it. Each is unique where a second would be a
duplicate. Region leads every key and index.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.data.db import Database, RegionScoped, ServiceBase, service_registry
from chassis.data.searching import Searched, SearchedWord, Words
from chassis.data.versioned import Versioned
from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.notification.domain.wishes import NAMED_IN_V1, Wish
from services.notification.domain.wording import Place
from staff.tables import KeptPerson, KeptRole, KeptUnit, People


class Base(ServiceBase):
    registry = service_registry()


db = Database(Base)


class Notice(RegionScoped, Base):
    """`texts` holds the finished texts per language, so a later change of a template or a name
    does not change what was said.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("region", "event_id", "recipient_id", "service", "rule"),
        Index("ix_notices_inbox", "region", "recipient_id", "in_app", "created_at", "id"),
        Index("ix_notices_unread", "region", "recipient_id", "in_app", "read_at"),
        Index("ix_notices_subject", "region", "subject", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID]
    event_type: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(120))
    service: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(80))
    recipient_id: Mapped[UUID]
    in_app: Mapped[bool]
    channels: Mapped[list[str]]
    texts: Mapped[dict[str, Any]]
    sender: Mapped[str]
    happened_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]


class Delivery(RegionScoped, Base):
    """State: pending, sending (claimed), sent, failed, skipped. `reason` says why not.

    `confirmed` is what the provider said later: sent, delivered or read.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("region", "notice_id", "channel"),
        Index("ix_deliveries_due", "channel", "state", "due_at"),
        Index("ix_deliveries_list", "region", "state", "created_at", "id"),
        Index("ix_deliveries_newest", "region", "created_at", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"))
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), default="pending")
    reason: Mapped[str] = mapped_column(String(40), default="")
    confirmed: Mapped[str | None] = mapped_column(String(12))
    due_at: Mapped[datetime] = mapped_column(default=now)
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class Attempt(RegionScoped, Base):
    """One try; `ending` is empty while it runs and stays so when its sender dies."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("region", "delivery_id", "number"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"))
    number: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None] = mapped_column(String(12))
    detail: Mapped[str] = mapped_column(String(200), default="")
    reference: Mapped[str | None] = mapped_column(String(120))


class NoticeText(Versioned, RegionScoped, Base):
    """A region's own words for a text of a notice. Without words the built-in ones hold again;
    the row stays, so that no version comes twice and who changed it last is known.
    """

    __tablename__ = "notice_texts"
    __table_args__ = (UniqueConstraint("region", "service", "notice", "sensitive", "language"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    service: Mapped[str] = mapped_column(String(40))
    notice: Mapped[str] = mapped_column(String(80))
    sensitive: Mapped[bool]
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[str | None]
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime]

    @property
    def place(self) -> Place:
        return Place(self.service, self.notice, self.sensitive, self.language)

    @property
    def words(self) -> dict[str, str]:
        return {"subject": self.subject or "", "body": self.body or ""}

    @classmethod
    def at(cls, place: Place) -> list[ColumnElement[bool]]:
        """Return the condition that finds the row of a text."""
        return [getattr(cls, name) == value for name, value in asdict(place).items()]


class Preference(RegionScoped, Base):
    """What a person chose; no row means everything on. The inbox cannot be switched off.

    `email` and `whatsapp` are for the release that knew no `ChannelPreference`; they are written
    until it is gone.
    """

    __tablename__ = "preferences"
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[bool] = mapped_column(default=True)
    whatsapp: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None] = mapped_column(String(2))
    updated_at: Mapped[datetime] = mapped_column(default=now)

    def wish(self, channel: str) -> Wish | None:
        """Return what the column says of a channel, if there is one."""
        if channel not in NAMED_IN_V1:
            return None
        return Wish(getattr(self, channel), self.updated_at)


class ChannelPreference(RegionScoped, Base):
    """Whether a person wants to be told by one channel."""

    __tablename__ = "channel_preferences"
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    wanted: Mapped[bool]
    updated_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def wish(self) -> Wish:
        return Wish(self.wanted, self.updated_at)


class ChannelTrouble(RegionScoped, Base):
    """A channel that failed for good at a person's present address (R37). The row goes when a
    message arrives by it, or when the address changes.
    """

    __tablename__ = "channel_troubles"
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    reason: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime] = mapped_column(default=now)


class Employee(Searched, KeptPerson, Base):
    """Whom a greeting names, by what they are found, whose they are, since when tokens are void."""

    __tablename__ = "employees"
    active: Mapped[bool]
    nip: Mapped[str | None] = mapped_column(String(18))
    opd_id: Mapped[UUID | None]

    def searched(self) -> Iterable[str | None]:
        return (self.nip, self.name)


class EmployeeWord(SearchedWord, Base):
    __tablename__ = "employee_words"
    __table_args__ = (Index("ix_employee_words_word", "region", "word", "row_id"),)


EMPLOYEE_WORDS = Words(db, Employee, EmployeeWord)


class Unit(KeptUnit, Base):
    """The region's name and zone, and BKPSDM's name as sender."""

    __tablename__ = "units"
    __table_args__ = (Index("ix_units_kind", "region", "kind"),)
    kind: Mapped[str] = mapped_column(String(20))


class RoleGrant(KeptRole, Base):
    """Who may read the list of deliveries, and of which OPD who is not reached."""

    __tablename__ = "role_grants"
    __table_args__ = (Index("ix_role_grants_employee", "region", "employee_id"),)
    role: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[UUID | None]


PEOPLE = People(db, Employee, Unit, RoleGrant)


class Contact(RegionScoped, Base):
    """Where a person is reached, as last fetched. `known_version` comes by event and says when
    that is out of date; contacts themselves never travel in events.
    """

    __tablename__ = "contacts"
    employee_id: Mapped[UUID] = mapped_column(primary_key=True)
    known_version: Mapped[int] = mapped_column(default=0)
    fetched_version: Mapped[int | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str | None] = mapped_column(String(2))
