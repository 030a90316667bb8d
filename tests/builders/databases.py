"""Databases of services on a real PostgreSQL: migrated by their owner once, then copied."""

from pathlib import Path

import psycopg
from psycopg import sql

from chassis.process.config import key
from chassis.process.manifest import discover
from ops.engines.postgres import Postgres
from ops.migrate import migrate
from tests.builders.service import SECRET, settings_for

_PASSWORD = "a-password-of-the-test"


def database_on(server: Postgres, name: str, folder: Path) -> dict[str, str]:
    """Give a service a new database, and return the settings with which it is used.

    What is there under its name is dropped: one test after another has it for itself.
    """
    settings = settings_for(name, folder)
    settings[f"DATABASE_URL_{key(name)}"] = server.service_url(name, _PASSWORD)
    model = f"{name}_model"
    url = server.owner_url().replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as owner:
        _run(owner, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        if not owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [model]).fetchone():
            server.add_databases({name: _PASSWORD})
            migrate(discover()[name], settings | {f"OWNER_URL_{key(name)}": server.owner_url(name)})
            _run(owner, "ALTER DATABASE {} RENAME TO {}", name, model)
        _run(owner, "CREATE DATABASE {} TEMPLATE {}", name, model)
    return settings


def databases_on(server: Postgres, folder: Path) -> dict[str, str]:
    """Give every service a new database, and return the settings with which all are used."""
    urls: dict[str, str] = {}
    for name in discover():
        settings = database_on(server, name, folder)
        urls |= {k: v for k, v in settings.items() if k.startswith("DATABASE_URL")}
    # What migrating sealed must be opened with the same key.
    return urls | {"SECRET_KEY": SECRET}


def _run(owner: psycopg.Connection[tuple[object, ...]], statement: str, *names: str) -> None:
    owner.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
