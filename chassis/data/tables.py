"""The plumbing tables every service's database carries, written with SQLAlchemy Core.

They belong to a service's own metadata, so its migrations create them.
"""

import json
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect

_BIG = BigInteger().with_variant(Integer(), "sqlite")
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
JSON_VALUE = JSON().with_variant(JSONB(), "postgresql")


def read_json(written: str | bytes) -> Any:
    """Read a column of JSON. What msgspec does not take, numbers without an end, json wrote."""
    try:
        return msgspec.json.decode(written)
    except msgspec.MsgspecError:
        return json.loads(written)


class UTCDateTime(TypeDecorator[datetime]):
    """Aware instants in UTC on every database; SQLite forgets the zone by itself."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            # A zone can put an instant beyond the calendar: its end is compared alike.
            return _FIRST if value.year == _FIRST.year else _LAST

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        if dialect.name == "sqlite":  # which keeps texts; a list has several in each row
            return _from_text
        return super().result_processor(dialect, coltype)

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return cast("datetime", value.astimezone(UTC))


def _from_text(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(f"{written}+00:00")


class Plumbing:
    """The plumbing tables of one service."""

    def __init__(self, metadata: MetaData) -> None:
        self.outbox = _outbox(metadata)
        self.inbox = _inbox(metadata)
        self.feed_cursors = _feed_cursors(metadata)
        self.feed_types = _feed_types(metadata)
        self.leases = _leases(metadata)
        self.idempotency_keys = _idempotency_keys(metadata)
        self.kept_keys = _kept_keys(metadata)
        self.timers = _timers(metadata)
        self.ended_sessions = _ended_sessions(metadata)


def _outbox(metadata: MetaData) -> Table:
    """Events this service has recorded: its log. `position` is given by the sequencer."""
    return Table(
        "outbox",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("position", _BIG, unique=True),
        Column("type", String(80), nullable=False),
        Column("subject", String(120), nullable=False),
        Column("region", String(16), nullable=False),
        Column("body", Text, nullable=False),
        Column("recorded_at", UTCDateTime, nullable=False),
        Column("published_at", UTCDateTime),
        Column("unrouted", Integer, nullable=False, server_default="0"),
        Index("ix_outbox_unpublished", "published_at", "position"),
        Index("ix_outbox_type", "type", "position"),
    )


def _inbox(metadata: MetaData) -> Table:
    """Events heard. Status: pending, done, parked (gave up, visible), suppressed (not replayed)."""
    return Table(
        "inbox",
        metadata,
        Column("sequence", _BIG, primary_key=True, autoincrement=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("source", String(40), nullable=False),
        Column("subject", String(120), nullable=False),
        Column("position", _BIG, nullable=False),
        Column("type", String(80), nullable=False),
        Column("region", String(16), nullable=False),
        Column("body", Text, nullable=False),
        Column("received_at", UTCDateTime, nullable=False),
        *claimed_columns(),
        Index("ix_inbox_due", "status", "due_at"),
        Index("ix_inbox_subject", "status", "source", "subject", "position"),
    )


def _feed_cursors(metadata: MetaData) -> Table:
    """How far each other service's feed has been compared, and where this service's life began."""
    return Table(
        "feed_cursors",
        metadata,
        Column("source", String(40), primary_key=True),
        Column("position", _BIG, nullable=False),
        Column("born_at_position", _BIG, nullable=False),
        Column("checked_at", UTCDateTime, nullable=False),
    )


def _feed_types(metadata: MetaData) -> Table:
    """How far each type has been read in its source's feed, and where hearing it began."""
    return Table(
        "feed_types",
        metadata,
        Column("source", String(40), primary_key=True),
        Column("type", String(80), primary_key=True),
        Column("position", _BIG, nullable=False),
        Column("born_at_position", _BIG, nullable=False),
    )


def _leases(metadata: MetaData) -> Table:
    """Who leads a job, until when; `epoch` grows with each new leader, `last_position` with it."""
    return Table(
        "leases",
        metadata,
        Column("name", String(40), primary_key=True),
        Column("holder", String(80), nullable=False),
        Column("epoch", _BIG, nullable=False),
        Column("expires_at", UTCDateTime, nullable=False),
        Column("last_position", _BIG, nullable=False, server_default="0"),
    )


def _idempotency_keys(metadata: MetaData) -> Table:
    return Table(
        "idempotency_keys",
        metadata,
        Column("owner", String(120), primary_key=True),
        Column("key", String(128), primary_key=True),
        Column("fingerprint", LargeBinary(32), nullable=False),
        Column("status", Integer),
        Column("headers", JSON_VALUE),
        Column("body", Text),
        Column("created_at", UTCDateTime, nullable=False, index=True),
    )


def _kept_keys(metadata: MetaData) -> Table:
    """The last public key set seen at each address, so a restart works while the issuer is down."""
    return Table(
        "kept_keys",
        metadata,
        Column("address", String(200), primary_key=True),
        Column("body", Text, nullable=False),
        Column("fetched_at", UTCDateTime, nullable=False),
    )


def _timers(metadata: MetaData) -> Table:
    """What is to happen at a time. Status: pending, done, cancelled, parked (gave up, visible)."""
    return Table(
        "timers",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", String(80), nullable=False),
        Column("subject", String(120), nullable=False),
        Column("region", String(16), nullable=False),
        Column("data", JSON_VALUE, nullable=False),
        Column("set_at", UTCDateTime, nullable=False),
        *claimed_columns(),
        Index("ix_timers_due", "status", "due_at"),
        Index("ix_timers_subject", "region", "subject", "status"),
    )


def _ended_sessions(metadata: MetaData) -> Table:
    """What the tokens still in somebody's hands must not come from; only while they may live."""
    return Table(
        "ended_sessions",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("ended_at", UTCDateTime, nullable=False, index=True),
    )


def claimed_columns() -> list[Column[Any]]:
    """The columns of rows that are worked off once; see `chassis.data.claims`."""
    return [
        Column("status", String(12), nullable=False),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("due_at", UTCDateTime, nullable=False),
        Column("claimed_by", String(80)),
        Column("claimed_until", UTCDateTime),
        Column("done_at", UTCDateTime),
        Column("error", Text),
    ]
