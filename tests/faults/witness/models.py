from uuid import UUID

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.data.db import Database, RegionScoped, ServiceBase, service_registry
from chassis.data.job_rows import JobRow


class Base(ServiceBase):
    registry = service_registry()


class Effect(RegionScoped, Base):
    """One handling of one event. Nothing is unique here: a second handling makes a second row."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    event_id: Mapped[UUID]
    subject: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]


class Ring(RegionScoped, Base):
    """One ring of the timer that was set with an effect; nothing is unique here either."""

    __tablename__ = "rings"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    event_id: Mapped[UUID]


class WitnessJob(JobRow, Base):
    pass


class Step(RegionScoped, Base):
    """One part of one job; nothing is unique here either."""

    __tablename__ = "steps"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    job_id: Mapped[UUID]
    number: Mapped[int]


db = Database(Base)
