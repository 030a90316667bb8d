"""Tables of accounts that come to their owners: by a first link, or back again (C17)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, column
from sqlalchemy.orm import Mapped, mapped_column

from chassis.data.db import RegionScoped
from chassis.data.versioned import Versioned
from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.identity.models.database import Base


class PasswordLink(RegionScoped, Base):
    """A link that lets its bearer set a password once."""

    __tablename__ = "password_links"
    __table_args__ = (UniqueConstraint("region", "fingerprint"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    created_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SealedLetter(RegionScoped, Base):
    """What notification hands over and must not keep: fetched at each try, gone when it expires.

    Without a channel it goes to every address that the person has.
    """

    __tablename__ = "sealed_letters"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    channel: Mapped[str | None] = mapped_column(String(8))
    address: Mapped[str | None]
    sealed: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AccountRecovery(Versioned, RegionScoped, Base):
    """A request to set a password or to take a second factor away, by the ways of C17.

    `opd_hand` and `bkpsdm_hand` are the people who confirmed that it is the owner who asks.
    """

    __tablename__ = "account_recoveries"
    __table_args__ = (
        Index("ix_account_recoveries_of", "region", "employee_id", "asked_at"),
        Index("ix_account_recoveries_open", "region", "state", "opd_id", "asked_at"),
        Index(
            "uq_account_recoveries_open",
            *("region", "employee_id", "resets"),
            unique=True,
            sqlite_where=column("ended_at").is_(None),
            postgresql_where=column("ended_at").is_(None),
        ),
    )
    status_column = "state"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    opd_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    resets: Mapped[str] = mapped_column(String(16))
    way: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12), default="asked")
    asked_by: Mapped[UUID | None]
    asked_as: Mapped[str] = mapped_column(String(24))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    opd_hand: Mapped[UUID | None]
    bkpsdm_hand: Mapped[UUID | None]
    ready_at: Mapped[datetime | None]
    link_fingerprint: Mapped[str | None] = mapped_column(String(64), index=True)
    link_expires_at: Mapped[datetime | None]
    link_tries: Mapped[int] = mapped_column(default=0)
    by_letter: Mapped[bool] = mapped_column(default=False)
    stop_fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    stopped_as: Mapped[str | None] = mapped_column(String(12))
    stop_reason: Mapped[str | None] = mapped_column(String(500))


class RecoveryTry(Base):
    """One use of the page for a forgotten password, whether or not the NIP is anybody's.

    `nip_sealed` is there until a loop has opened what was asked for: so the answer costs the same.
    """

    __tablename__ = "recovery_tries"
    __table_args__ = (
        Index("ix_recovery_tries_account", "account_mark", "tried_at"),
        Index("ix_recovery_tries_address", "address", "tried_at"),
        Index("ix_recovery_tries_untaken", "taken_at", "tried_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str] = mapped_column(String(8))
    account_mark: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    nip_sealed: Mapped[str | None]
    resets: Mapped[str | None] = mapped_column(String(16))
    tried_at: Mapped[datetime] = mapped_column(default=now)
    taken_at: Mapped[datetime | None]
