"""Tables that tell of the safety of accounts and data."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.data.db import RegionScoped
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
