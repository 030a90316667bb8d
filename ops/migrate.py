"""`./simpul migrate [service …]`: schema, rights, row security, broker topology, reference data.

A deploy step, run before new code is started; safe to repeat. On PostgreSQL the schema is
changed by its owner (`OWNER_URL_<SERVICE>`), and the service's own role owns nothing.
"""

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from chassis.data import postgres
from chassis.events.bus import BusMisconfigured, BusUnavailable
from chassis.process import runtime as runtimes
from chassis.process.config import key
from chassis.process.manifest import Manifest, discover, load
from chassis.process.telemetry import configure_logs
from chassis.run import migration
from ops import parts, skew
from ops.serve import built
from ops.speech import Stop, choose, say


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "services",
        nargs="*",
        metavar=choose("layanan", "service"),
        help=choose("nama layanan; semua bila tidak disebut", "services; all when left out"),
    )
    parser.add_argument(
        "--demo",
        type=Path,
        metavar="DIR",
        help=choose("mengisi daerah contoh (rekaan)", "fill an invented demo region"),
    )


def run(options: argparse.Namespace) -> int:
    configure_logs()
    for manifest in chosen(options.services):
        migrate(manifest, os.environ, demo=options.demo)
        say(f"{manifest.name}: siap", f"{manifest.name}: ready")
    return 0


def chosen(names: list[str]) -> list[Manifest]:
    """Return the named services, or all; raise `Stop` for an unknown one."""
    manifests = discover()
    return [manifests[parts.known(name, manifests)] for name in names or manifests]


def migrate(manifest: Manifest, environ: Mapping[str, str], *, demo: Path | None = None) -> None:
    """Bring one service's database and broker topology up to date."""
    app = built(manifest.app, environ)
    owner = f"OWNER_URL_{key(manifest.name)}"
    with _reaching_the_database():
        if environ.get(owner):
            role = _url("DATABASE_URL", runtimes.of(app).settings.database_url).username
            _as_owner(manifest, environ, _url(owner, environ[owner]), role or manifest.name)
        else:
            migration.upgrade(app)
        skew.warn([app])
    declare(runtimes.of(app))
    for seed, arguments in ((manifest.seed, ()), (manifest.demo_seed, (demo,))):
        if seed and None not in arguments:
            load(seed)(app, *arguments)
    close(app)


def declare(runtime: runtimes.Runtime) -> None:
    """Make the service's queue exist; raise `Stop` where that fails."""
    try:
        runtime.bus.declare(runtime.name, tuple(runtime.heard))
    except BusUnavailable as error:
        raise Stop(
            f"RabbitMQ tidak menjawab: {error}", f"RabbitMQ does not answer: {error}"
        ) from error
    except BusMisconfigured as error:
        raise Stop(f"RabbitMQ: {error}", f"RabbitMQ: {error}") from error


def _as_owner(manifest: Manifest, environ: Mapping[str, str], owner: URL, role: str) -> None:
    owner_url = owner.render_as_string(hide_password=False)
    app = built(manifest.app, {**environ, f"DATABASE_URL_{key(manifest.name)}": owner_url})
    migration.upgrade(app)
    postgres.protect(owner_url, role, runtimes.of(app).db.metadata)
    close(app)


def _url(name: str, text: str) -> URL:
    try:
        return make_url(text)
    except (ArgumentError, ValueError) as error:
        raise Stop(
            f"pengaturan belum benar: {name} bukan alamat basis data",
            f"settings are wrong: {name} is not the address of a database",
        ) from error


@contextmanager
def _reaching_the_database() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        why = str(error.orig).splitlines()[0]
        raise Stop(
            f"basis data tidak dapat dipakai: {why}", f"the database cannot be used: {why}"
        ) from error


def close(app: Any) -> None:
    with app.app_context():
        runtimes.of(app).bus.close()
        runtimes.of(app).db.engine.dispose()
