"""One database per service: typed models, one way to commit, and the region on every row."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID
from weakref import WeakSet

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as RequestSession
from sqlalchemy import MetaData, Select, Uuid, bindparam, event, select
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import (
    DeclarativeBase,
    ORMExecuteState,
    Session,
    registry,
    with_loader_criteria,
)
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.base import ExecutableOption

from chassis.data import postgres
from chassis.data.opening import ENDED, Opening
from chassis.data.scoping import RegionScoped, scoped_tables
from chassis.data.tables import JSON_VALUE, Plumbing, UTCDateTime, read_json
from chassis.kernel.errors import NotFound
from chassis.process import clock, regions
from chassis.process.telemetry import log

T = TypeVar("T")
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=15000",
)


# Each service writes `class Base(ServiceBase): registry = service_registry()`, so that no two
# services share metadata.
ServiceBase = DeclarativeBase


def service_registry() -> registry:
    """Return a registry with the house's column types and constraint names."""
    types: dict[Any, Any] = {
        datetime: UTCDateTime(),
        UUID: Uuid(),
        dict[str, Any]: JSON_VALUE,
        list[Any]: JSON_VALUE,
        list[str]: JSON_VALUE,
        list[dict[str, Any]]: JSON_VALUE,
    }
    return registry(metadata=MetaData(naming_convention=_NAMES), type_annotation_map=types)


class TransactionBroken(Exception):
    """A nested block failed, so the transaction around it must not commit."""


class _LastingSession(RequestSession):
    """A session that ends without a failure, whatever became of the server."""

    def close(self) -> None:
        """Give the connection back. Its ROLLBACK may find the server dead, and changes nothing.

        It comes after the answer was made: a failure here would make a 500 of any answer.
        """
        try:
            super().close()
        except DBAPIError as error:
            log.warning("database_lost_at_the_end", error=type(error).__name__)


class Database(SQLAlchemy):
    """A service's own database. `transaction()` is the only place that commits."""

    _PENDING: ClassVar[str] = "after_commit"

    def __init__(self, base: type[DeclarativeBase]) -> None:
        options = {"class_": _LastingSession, "expire_on_commit": False}
        super().__init__(model_class=base, session_options=options)
        self.plumbing = Plumbing(base.metadata)
        self.opening = Opening(self)
        ended = self.plumbing.ended_sessions.c
        self.opening.add(ENDED, select(ended.ended_at).where(ended.id == bindparam("session")))
        self._write_lock = threading.RLock()
        event.listen(self.session, "do_orm_execute", self._tell_server_the_region)
        event.listen(self.session, "do_orm_execute", _filter_by_region)
        event.listen(self.session, "before_flush", self._check_regions)

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        with app.app_context():
            if self.engine.dialect.name == "sqlite":
                event.listen(self.engine, "connect", _prepare_sqlite)
                event.listen(self.engine, "begin", _begin_sqlite)
            else:
                postgres.prepare(self.engine)

    @staticmethod
    def engine_options(database_url: str) -> dict[str, Any]:
        """Return the settings that suit the database."""
        reading = {"json_deserializer": read_json}
        if make_url(database_url).get_backend_name() == "sqlite":
            return {"pool_size": 10, "max_overflow": 120, "pool_timeout": 30, **reading}
        return {**postgres.engine_options(), **reading}

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit everything the block did, or nothing. A block inside another joins it.

        On SQLite it begins IMMEDIATE, so what is read inside cannot change before the commit.
        Raises `TransactionBroken` when an inner block failed and the failure was swallowed.
        """
        session = self.session()
        if session.info.get("open"):
            with self._joined(session):
                yield session
            return
        with self._writing(session):
            try:
                yield session
                _refuse_broken(session)
                self._notify(session)
                session.commit()
            except BaseException:
                session.rollback()
                session.info.pop(self._PENDING, None)
                session.info.pop("notify", None)
                raise
        for callback in session.info.pop(self._PENDING, ()):
            callback()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo what the block did if it raises; the transaction around it may then go on.

        What rows held in memory is read again, because it may have been undone.
        """
        session = self.session()
        was_broken = session.info.get("broken", False)
        try:
            with session.begin_nested():
                yield
        except Exception:
            session.info["broken"] = was_broken
            session.expire_all()
            raise

    def one(self, statement: Select[T]) -> T:
        """Return what a statement finds first. Raises `NotFound`."""
        found = self.session.scalar(statement)
        if found is None:
            raise NotFound
        return found

    def read_clock(self) -> None:
        """Have this process go by the database's clock, where it has one of its own.

        Asks now and then only, so it may be called before each piece of work. Raises what an
        absent database raises.
        """
        if postgres.is_postgres(self.engine):
            clock.go_by(lambda: postgres.database_now(self.engine))

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once, after the open transaction has committed; never if it does not."""
        callbacks = self.session().info.setdefault(self._PENDING, [])
        if callback not in callbacks:
            callbacks.append(callback)

    def wake_elsewhere(self, topic: str, mark: str) -> None:
        """Have the loops of that topic run in the other processes too, once this commits.

        Whoever listens under this mark is left out.
        """
        if postgres.is_postgres(self.engine):
            self.session().info.setdefault("notify", {})[topic] = mark

    @property
    def in_transaction(self) -> bool:
        """Tell whether a `transaction()` block is open here (reads alone do not count)."""
        return bool(self.session().info.get("open"))

    def _notify(self, session: Session) -> None:
        for topic, mark in session.info.pop("notify", {}).items():
            postgres.notify(session, topic, mark)

    def _tell_server_the_region(self, state: ORMExecuteState) -> None:
        if postgres.is_postgres(self.engine):
            postgres.bind_region(state.session.connection())

    def _check_regions(self, session: Session, _context: Any, _instances: Any) -> None:
        if postgres.is_postgres(self.engine):
            postgres.bind_region(session.connection())
        for row in (*session.new, *session.dirty, *session.deleted):
            if isinstance(row, RegionScoped):
                _check_row(row)

    @contextmanager
    def _joined(self, session: Session) -> Iterator[None]:
        try:
            yield
        except BaseException:
            session.info["broken"] = True
            raise

    @contextmanager
    def _writing(self, session: Session) -> Iterator[None]:
        if session.new or session.dirty or session.deleted:
            raise TransactionBroken("objects were changed outside a transaction() block")
        session.rollback()
        self.opening.forget()
        sqlite = self.engine.dialect.name == "sqlite"
        with self._write_lock if sqlite else nullcontext():
            session.info["open"] = True
            try:
                session.connection(execution_options={"simpul_write": True})
                yield
            finally:
                session.info.pop("open", None)
                session.info.pop("broken", None)


def _refuse_broken(session: Session) -> None:
    if session.info.pop("broken", False):
        raise TransactionBroken("an inner block failed; nothing was saved")


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # The driver's own transaction handling loses updates silently; ours begins explicitly.
    dbapi_connection.isolation_level = None
    for pragma in _SQLITE_PRAGMAS:
        dbapi_connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("simpul_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _filter_by_region(state: ORMExecuteState) -> None:
    region = regions.bound()
    if region == regions.ALL:
        return
    if region is None:
        _refuse_unbound(state)
        return
    if not state.is_orm_statement:
        return
    if state.is_insert:
        _check_bulk_insert(state, region)
    elif state.is_select or state.is_update or state.is_delete:
        if state.is_column_load or state.is_relationship_load:
            return
        state.statement = state.statement.options(_of_region(region))


@lru_cache(maxsize=256)
def _of_region(region: str) -> ExecutableOption:
    """Keep to a region's rows. Made once for each, because making it costs more than a lookup."""
    return with_loader_criteria(
        RegionScoped, lambda model: model.region == region, include_aliases=True
    )


_of_no_region: WeakSet[object] = WeakSet()  # statements that were looked through already


def _refuse_unbound(state: ORMExecuteState) -> None:
    if state.statement in _of_no_region:
        return
    for name in scoped_tables(cast(ClauseElement, state.statement)):
        raise regions.RegionNotBound(f"{name} was touched without a region")
    _of_no_region.add(state.statement)


def _check_bulk_insert(state: ORMExecuteState, region: str) -> None:
    given: Any = state.parameters or ()
    for row in [given] if isinstance(given, dict) else given:
        if row.get("region", region) != region:
            raise regions.WrongRegion(f"a row of {row['region']!r} while {region!r} is bound")


def _check_row(row: RegionScoped) -> None:
    region = regions.bound()
    if region is None:
        raise regions.RegionNotBound(f"{type(row).__name__} was changed without a region")
    if cast(str | None, row.region) is None:
        row.region = regions.current_region()
    elif region not in (regions.ALL, row.region):
        raise regions.WrongRegion(f"a row of {row.region!r} while {region!r} is bound")


__all__ = ["Database", "Engine", "RegionScoped", "ServiceBase", "service_registry"]
