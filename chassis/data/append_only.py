"""Tables whose rows nobody changes, and deletes only when they are old: the database refuses it."""

from typing import Any

_POSTGRES = (
    """CREATE OR REPLACE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND OLD.{at} <= clock_timestamp() - interval '{days} days' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '{table} is append-only';
    END $$""",
    "CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION {table}_stays()",
)
_SQLITE = (
    "CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table}"
    " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "CREATE TRIGGER {table}_undeleted BEFORE DELETE ON {table}"
    " WHEN OLD.{at} > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{days} days')"
    " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
)
_GONE = {
    "postgresql": ("DROP TRIGGER {table}_stays ON {table}", "DROP FUNCTION {table}_stays()"),
    "sqlite": ("DROP TRIGGER {table}_unchanged", "DROP TRIGGER {table}_undeleted"),
}


def forbid_changes(op: Any, table: str, *, at: str, days: int) -> None:
    """Make the database refuse every change, and each deletion of a row younger than `days`.

    For a migration: `op` is Alembic's. It goes by the database's clock. A later migration that
    rebuilds the table on SQLite says it again.
    """
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if is_sqlite else _POSTGRES:
        op.execute(statement.format(table=table, at=at, days=days))


def allow_changes(op: Any, table: str) -> None:
    """Take the prohibition back."""
    for statement in _GONE[op.get_bind().dialect.name]:
        op.execute(statement.format(table=table))
