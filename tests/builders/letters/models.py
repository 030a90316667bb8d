from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.data.db import Database, RegionScoped, ServiceBase, service_registry
from chassis.data.job_rows import JobRow
from chassis.data.versioned import Versioned
from chassis.process.ids import uuid7


class Base(ServiceBase):
    registry = service_registry()


class Letter(Versioned, RegionScoped, Base):
    __tablename__ = "letters"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    text: Mapped[str] = mapped_column(String(200))
    answer: Mapped[str | None] = mapped_column(String(200))


class Heard(RegionScoped, Base):
    __tablename__ = "heard"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    letter_id: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]


class LetterJob(JobRow, Base):
    pass


db = Database(Base)
