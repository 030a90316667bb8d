"""`./simpul migrate [service …]`: schema, rights, row security, broker topology, reference data.

A deploy step, run before new code is started; safe to repeat. On PostgreSQL the schema is
changed by its owner (`OWNER_URL_<SERVICE>`), and the service's own role owns nothing.
"""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from chassis.data import postgres
from chassis.events.bus import BusMisconfigured, BusUnavailable
from chassis.process import runtime as runtimes
from chassis.process.config import key
from chassis.process.manifest import Manifest, discover, load
from chassis.process.telemetry import configure_logs
from chassis.run import migration
from ops.speech import Stop, choose, say


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("services", nargs="*")
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
    for name in names:
        if name not in manifests:
            raise Stop(f"tidak ada bagian {name!r}", f"there is no service {name!r}")
    return [manifests[name] for name in names or manifests]


def migrate(manifest: Manifest, environ: Mapping[str, str], *, demo: Path | None = None) -> None:
    """Bring one service's database and broker topology up to date."""
    owner_url = environ.get(f"OWNER_URL_{key(manifest.name)}")
    if owner_url:
        _as_owner(manifest, environ, owner_url)
    app = load(manifest.app)(environ)
    if not owner_url:
        migration.upgrade(app)
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


def _as_owner(manifest: Manifest, environ: Mapping[str, str], owner_url: str) -> None:
    database = f"DATABASE_URL_{key(manifest.name)}"
    role = make_url(environ[database]).username or manifest.name
    app = load(manifest.app)({**environ, database: owner_url})
    migration.upgrade(app)
    postgres.protect(owner_url, role, runtimes.of(app).db.metadata)
    close(app)


def close(app: Any) -> None:
    with app.app_context():
        runtimes.of(app).bus.close()
        runtimes.of(app).db.engine.dispose()
