"""Tables of signing in: tries, the browsers people are known by, and their sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.data.db import RegionScoped
from chassis.data.wrong_tries import WrongTry
from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.identity.models.database import Base


class SignInAttempt(Base):
    """One try, by a keyed mark of the NIP: failed (also while it runs), halfway or passed.

    A try with an NIP of several regions is one row for each (`account_region`, empty where it is
    nobody's; None, by the previous release: any).

    `held` is none: somebody asked and was told to wait. `standing` says in whose tally it counts
    (None, by the previous release: a stranger's).
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_account", "account_mark", "tried_at"),
        Index("ix_sign_in_attempts_address", "address", "tried_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    account_mark: Mapped[str] = mapped_column(String(64))
    account_region: Mapped[str | None] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(8), default="failed")
    standing: Mapped[str | None] = mapped_column(String(8))
    device_id: Mapped[UUID | None]
    tried_at: Mapped[datetime] = mapped_column(default=now)


class WrongSecret(WrongTry, Base):
    """A client secret that was wrong."""

    __tablename__ = "wrong_secrets"


class KnownDevice(RegionScoped, Base):
    """A browser in which a person has signed in to the end; `shared`: others have as well."""

    __tablename__ = "known_devices"
    __table_args__ = (UniqueConstraint("region", "employee_id", "fingerprint"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    shared: Mapped[bool] = mapped_column(default=False)
    used_at: Mapped[datetime] = mapped_column(default=now, index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class SignInSession(RegionScoped, Base):
    """A browser that is signing in (`done` false) or signed in."""

    __tablename__ = "sign_in_sessions"
    __table_args__ = (
        UniqueConstraint("region", "fingerprint"),
        Index("ix_sign_in_sessions_of", "region", "employee_id", "ended_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    employee_id: Mapped[UUID] = mapped_column(ForeignKey("employees.id"))
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    attempt_id: Mapped[UUID]
    done: Mapped[bool] = mapped_column(default=False)
    amr: Mapped[list[str]] = mapped_column(default=list)
    factor_tries: Mapped[int] = mapped_column(default=0)
    device_id: Mapped[UUID | None]
    shared_computer: Mapped[bool | None]
    seen_at: Mapped[datetime | None]
    started_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(24))
