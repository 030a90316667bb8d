"""The row of a job: long work of a service, kept between its parts. `chassis.run.jobs` does it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from chassis.data.claims import PENDING
from chassis.data.db import RegionScoped
from chassis.process.clock import now
from chassis.process.ids import uuid7


class JobRow(RegionScoped):
    """A mixin for the table `jobs` of a service that has any.

    `status`: pending, done, stopped, parked (failed for good). `cursor` is where the next part
    begins; `errors` are the first of `error_count`.
    """

    __tablename__ = "jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str] = mapped_column(String(80))
    owner_id: Mapped[UUID]
    arguments: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(12), default=PENDING)
    stop_requested: Mapped[bool] = mapped_column(default=False)
    cursor: Mapped[dict[str, Any] | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    errors: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    error_count: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=now)
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        return (
            Index("ix_jobs_due", "status", "due_at"),
            Index("ix_jobs_owner", "region", "owner_id", "created_at", "id"),
        )
