"""What PostgreSQL gives that SQLite does not: row security, time limits, notifications.

The application's filter by region stays; the policy holds even where the filter is missing.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import MetaData, Table, create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from chassis.process import regions

BACKEND = "postgresql"
CHANNEL = "simpul_"
_REGION = "simpul.region"
_LIMITS = {
    "statement_timeout": 5_000,
    # Shorter than that, so that who waited in vain for somebody else is told so. Those who hand in
    # at once take their numbers one after another.
    "lock_timeout": 4_500,
    "idle_in_transaction_session_timeout": 10_000,
}
_LOCK_NOT_AVAILABLE = "55P03"
_DEADLOCK = "40P01"
_MUST_BE_ON = ("fsync", "full_page_writes")

# The server keeps a policy in words of its own, so ours stand beside it as a comment.
_PROTECTED = """
    SELECT relrowsecurity AND relforcerowsecurity AND EXISTS (
        SELECT 1 FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'region'
        AND obj_description(pg_policy.oid, 'pg_policy') = %s)
    FROM pg_class WHERE pg_class.oid = %s::regclass
"""


class UnsafeServer(Exception):
    """The server is set to forget committed data in a crash; the service does not start."""


def engine_options(*, processes_share: int = 4) -> dict[str, Any]:
    """Return pool sizes and time limits (milliseconds on the server, seconds here)."""
    limits = " ".join(f"-c {name}={value}" for name, value in _LIMITS.items())
    return {
        "pool_size": processes_share,
        "max_overflow": processes_share,
        # There are fewer connections than threads. On a silent server nobody waits so long: those
        # who have one give up after `liveness`, and the others by its verdict.
        "pool_timeout": 8,
        "pool_pre_ping": True,  # in the way of `chassis.data.driver`
        "pool_use_lifo": True,  # so that few connections have everything prepared
        "connect_args": {
            "connect_timeout": 2,
            "tcp_user_timeout": 5_000,
            "keepalives_idle": 10,
            "options": limits,
        },
    }


def is_postgres(engine: Engine) -> bool:
    return engine.dialect.name == BACKEND


def is_lock_timeout(error: DBAPIError) -> bool:
    """Tell whether the server gave up waiting for another transaction's lock."""
    return _sqlstate(error) == _LOCK_NOT_AVAILABLE


def gave_way(error: DBAPIError) -> bool:
    """Tell whether the transaction ended for another one's sake, and may be begun again."""
    return _sqlstate(error) in (_LOCK_NOT_AVAILABLE, _DEADLOCK)


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def bind_region(connection: Connection) -> None:
    """Tell the server which region the transaction may see (SET LOCAL).

    Sends nothing when the server knows it already, or is told as the transaction begins.
    """
    if connection.dialect.name == BACKEND:
        driver: Any = connection.connection.driver_connection
        driver.bind_region(regions.bound() or "")


def prepare(engine: Engine) -> None:
    """Have the engine forget regions and not wait for ever."""
    # Only PostgreSQL installations have its driver.
    from chassis.data import driver

    driver.install(engine)
    event.listen(engine, "rollback_savepoint", _forget_region)


def _forget_region(connection: Connection, *_savepoint: Any) -> None:
    # A connection that broke has nothing left to forget, and must not be asked for more.
    if not connection.invalidated:
        driver: Any = connection.connection.driver_connection
        driver.forget_region()


def database_now(engine: Engine) -> datetime:
    """Ask the server what its clock shows."""
    with engine.connect() as connection:
        shown: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return shown


def check_durability(engine: Engine) -> None:
    """Refuse a server that may lose what it has confirmed.

    Raises `UnsafeServer`.
    """
    with engine.connect() as connection:
        shown = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in (*_MUST_BE_ON, "synchronous_commit")
        }
    off = [name for name in _MUST_BE_ON if shown[name] != "on"]
    if shown["synchronous_commit"] == "off":
        off.append("synchronous_commit")
    if off:
        raise UnsafeServer(f"PostgreSQL runs with {', '.join(off)} off")


def protect(owner_url: str, role: str, metadata: MetaData) -> None:
    """Grant the service's role its rights and force row security.

    Run by the owner after each migration, while the service works; safe to repeat. A table that
    is protected already is not locked, and no two are at once: a request would wait for one and
    hold the other.
    """
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        _grant(connection, role)
    for table in metadata.sorted_tables:
        if table.info.get("region_scoped"):
            with engine.begin() as connection:
                _force_row_security(connection, table)
    engine.dispose()


def _grant(connection: Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    for kind, rights in (
        ("TABLES", "SELECT, INSERT, UPDATE, DELETE"),
        ("SEQUENCES", "USAGE, SELECT"),
    ):
        connection.exec_driver_sql(f"GRANT {rights} ON ALL {kind} IN SCHEMA public TO {quoted}")


def _force_row_security(connection: Connection, table: Table) -> None:
    name = connection.dialect.identifier_preparer.quote(table.name)
    visible = f"current_setting('{_REGION}', true) IN (region, '{regions.ALL}')"
    if connection.exec_driver_sql(_PROTECTED, (visible, name)).scalar():
        return
    quoted = visible.replace("'", "''")
    for statement in (
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS region ON {name}",
        f"CREATE POLICY region ON {name} USING ({visible}) WITH CHECK ({visible})",
        f"COMMENT ON POLICY region ON {name} IS '{quoted}'",
    ):
        connection.exec_driver_sql(statement)


def channel_of(topic: str) -> str:
    """Name the channel, quoted, on which loops of a topic are woken."""
    return f'"{CHANNEL}{topic}"'


def notify(session: Session, topic: str, mark: str) -> None:
    """Wake the loops of that topic in every process but the one of this mark, on the commit."""
    session.connection().exec_driver_sql(f"NOTIFY {channel_of(topic)}, '{mark}'")
