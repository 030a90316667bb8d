"""Tables of how people are reached, and which address was proved to be theirs (R37)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.data.db import RegionScoped
from chassis.data.versioned import Versioned
from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.identity.models.database import Base


class Contact(Versioned, RegionScoped, Base):
    """How to reach a person. Never travels in events.

    What was verified is kept beside the address, not as a mark on it: the previous release changes
    an address without knowing that it has to be verified again.
    """

    __tablename__ = "contacts"
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"), primary_key=True)
    email: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str] = mapped_column(String(2), default="id")
    source: Mapped[str] = mapped_column(String(120))
    as_of: Mapped[date]
    verified_email: Mapped[str | None]
    verified_phone: Mapped[str | None]
    verified_email_at: Mapped[datetime | None]
    verified_phone_at: Mapped[datetime | None]

    @property
    def email_verified_at(self) -> datetime | None:
        """When the owner proved to read mail at the present address; None: not yet."""
        return self.verified_email_at if self.email == self.verified_email else None

    @property
    def phone_verified_at(self) -> datetime | None:
        return self.verified_phone_at if self.phone == self.verified_phone else None


class ContactCode(RegionScoped, Base):
    """A code on its way to an address whose owner types it back (R37)."""

    __tablename__ = "contact_codes"
    __table_args__ = (Index("ix_contact_codes_of", "region", "employee_id", "sent_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    channel: Mapped[str] = mapped_column(String(8))
    address: Mapped[str]
    mark: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
