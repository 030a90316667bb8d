"""PostgreSQL with its files in one folder: one database and one non-owner role per service."""

import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from ops.engines.child import Child, surroundings
from ops.engines.process import answers, find, free_port, own_folder, unprivileged

PACKAGES = ("postgresql",)
_OWNER = "simpul"


def _program(name: str) -> str:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return find(name, *PACKAGES, also=[str(path) for path in versions])


def _turning(logs: Path) -> tuple[str, ...]:
    """Have the server write its log into files of a bounded size; their names tell their age."""
    return (
        "logging_collector=on",
        f"log_directory={logs}",
        "log_filename=postgresql-%Y%m%d-%H%M%S.log",
        "log_rotation_size=10MB",
        "log_rotation_age=0",
    )


@dataclass
class Postgres:
    """A server of our own on a loopback port."""

    folder: Path
    port: int = field(default_factory=free_port)
    settings: tuple[str, ...] = ()
    record: Path | None = None
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        self._user = unprivileged("postgres")
        self._data = self.folder / "data"
        self._password_file = self.folder / "password"
        logs = self.folder / "log"
        options = ("listen_addresses=127.0.0.1", f"port={self.port}", *_turning(logs))
        options = (*options, *self.settings)
        self.child = Child(
            [_program("postgres"), "-D", str(self._data), "-k", str(self.folder)]
            + [part for option in options for part in ("-c", option)],
            log=self.folder / "postgres.log",
            user=self._user,
            cwd=self.folder,
            stop_signal=signal.SIGINT,  # "fast": end sessions, write a checkpoint
            record=self.record,
            hides_mark=True,
            own_logs=logs,
        )

    def start(self) -> None:
        own_folder(self.folder, self._user)
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        if not self.child.resume():
            self.child.end_earlier()
            # Its own file names a pid alone, which may be another process's by now.
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            self.child.start()
        self.child.wait_until(self._accepts)

    def stop(self) -> None:
        self.child.stop()

    def owner_url(self, database: str = "postgres") -> str:
        """Return the URL with which migrations are run."""
        password = self._password_file.read_text().strip()
        return f"postgresql+psycopg://{_OWNER}:{password}@127.0.0.1:{self.port}/{database}"

    def add_databases(self, passwords: dict[str, str]) -> None:
        add_databases(self.owner_url(), passwords)

    def service_url(self, service: str, password: str) -> str:
        """Return the URL with which a service works."""
        return f"postgresql+psycopg://{service}:{password}@127.0.0.1:{self.port}/{service}"

    def _initialise(self) -> None:
        self._password_file.write_text(secrets.token_urlsafe(24))
        self._password_file.chmod(0o600)
        if self._user is not None:
            shutil.chown(self._password_file, self._user)
        initdb = [_program("initdb"), "-D", str(self._data), "-U", _OWNER, "-E", "UTF8"]
        subprocess.run(
            [*initdb, "--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={self._password_file}"],
            check=True,
            capture_output=True,
            user=self._user,
            cwd=self.folder,
            env={**surroundings(), "LC_ALL": "C.UTF-8"},
        )

    def _accepts(self) -> bool:
        if not answers(self.port):
            return False
        try:
            _connect(self.owner_url()).close()
        except psycopg.OperationalError:
            return False
        return True


def add_databases(owner_url: str, passwords: Mapping[str, str]) -> None:
    """Make each service's database and its role, which owns nothing.

    Safe to repeat: databases and roles stay, passwords are set to the given ones.
    """
    with _connect(owner_url) as connection:
        for service, password in passwords.items():
            _ensure_role(connection, service, password)
            _ensure_database(connection, service)


def _connect(owner_url: str) -> psycopg.Connection[tuple[object, ...]]:
    url = owner_url.replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True, connect_timeout=3)


def _ensure_role(
    connection: psycopg.Connection[tuple[object, ...]], name: str, password: str
) -> None:
    role = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("ALTER" if role else "CREATE")
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
            verb, sql.Identifier(name), sql.Literal(password)
        )
    )


def _ensure_database(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    database = sql.Identifier(name)
    connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
            database, sql.Identifier(name)
        )
    )


def passwords_for(services: Iterable[str]) -> dict[str, str]:
    """Return a fresh password for each service's role."""
    return {service: secrets.token_urlsafe(18) for service in services}
