"""Tables that tell of the safety of accounts and data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.data.db import RegionScoped
from chassis.data.versioned import Versioned
from chassis.process.clock import now
from chassis.process.ids import uuid7
from services.identity.models.database import Base


class SecurityEvent(RegionScoped, Base):
    """What any service noted about the safety of accounts and data; rows are added, never changed.

    The database holds it (`chassis.data.append_only`); ids and codes only.
    """

    __tablename__ = "security_events"
    __table_args__ = (
        Index("ix_security_events_by_time", "region", "noted_at", "id"),
        Index("ix_security_events_by_kind", "region", "kind", "noted_at"),
        Index("ix_security_events_actor", "region", "actor_id", "noted_at"),
        Index("ix_security_events_person", "region", "person_id", "noted_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    source: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(32))
    why: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[UUID | None]
    client_id: Mapped[str | None] = mapped_column(String(64))
    person_id: Mapped[UUID | None]
    thing: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(String(64))
    amount: Mapped[int]
    request_id: Mapped[str | None] = mapped_column(String(64))
    noted_at: Mapped[datetime]


class SecurityAlarm(Versioned, RegionScoped, Base):
    """Events were too many: under which threshold, and of what they were (`about`).

    It is open until somebody has looked into it (`closed_at`).
    """

    __tablename__ = "security_alarms"
    __table_args__ = (
        Index("ix_security_alarms_by_time", "region", "raised_at", "id"),
        Index("ix_security_alarms_about", "region", "threshold", "about", "raised_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    threshold: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(64))
    amount: Mapped[int]
    raised_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]


class SecurityLimits(Versioned, RegionScoped, Base):
    """How many are too many in a region, by threshold; what is not in it goes by its default."""

    __tablename__ = "security_limits"
    __table_args__ = (UniqueConstraint("region"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    most: Mapped[dict[str, Any]]
