"""Everything in one process: the settings, secrets and apps of the embedded form.

A service cannot tell that it runs here; only the settings differ.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import update

from chassis.process import runtime as runtimes
from chassis.process.clock import now
from chassis.process.ids import uuid7
from chassis.process.manifest import Manifest, discover, load
from chassis.run import migration
from chassis.run.worker import Worker

_SECRETS = "secrets.json"
_BYTES = 32


@dataclass(frozen=True)
class Embedded:
    """All services of one data folder, migrated and seeded, in this process."""

    name: str
    settings: Mapping[str, str]
    manifests: Mapping[str, Manifest]
    apps: Mapping[str, Flask]

    def worker(self) -> Worker:
        """Return the background loops of all services, not yet started."""
        return Worker(*self.apps.values())

    def close(self) -> None:
        """Let go of every database."""
        for app in self.apps.values():
            with app.app_context():
                runtimes.of(app).db.engine.dispose()


def build(
    data_dir: Path,
    *,
    public_url: str,
    demo: bool,
    extra: Mapping[str, str] | None = None,
) -> Embedded:
    """Make all services of a data folder, migrate and seed them.

    `demo` fills a new folder with the invented demo region. `extra` settings win over the
    embedded defaults. Raises `SettingsInvalid` when they do not fit, `OSError` when the folder
    cannot be used.
    """
    name = str(uuid7())
    manifests = discover()
    settings = {
        **_defaults(data_dir, name, public_url),
        **_secrets(data_dir, [*manifests, "ops"]),
        **{f"DATABASE_URL_{key(s)}": f"sqlite:///{data_dir / s}.db" for s in manifests},
        **(extra or {}),
    }
    apps: dict[str, Flask] = {
        manifest.name: load(manifest.app)(settings) for manifest in manifests.values()
    }
    built = Embedded(name, settings, manifests, apps)
    for app in apps.values():
        prepare(app)
        _forget_the_dead(app)
    if demo:
        for service, app in apps.items():
            if seed := manifests[service].demo_seed:
                load(seed)(app, data_dir)
    return built


def prepare(app: Flask) -> None:
    """Bring one service's schema and reference data up to date."""
    runtime = runtimes.of(app)
    with app.app_context():
        current = migration.is_current(runtime.db.engine, runtime.folder)
    if not current:
        migration.upgrade(app)
    if seed := runtime.manifest.seed:
        load(seed)(app)


def _forget_the_dead(app: Flask) -> None:
    """One process at a time holds a data folder, so what a killed one had claimed is free now."""
    plumbing = runtimes.of(app).db.plumbing
    inbox, leases = plumbing.inbox, plumbing.leases
    with app.app_context(), runtimes.of(app).db.transaction() as session:
        session.execute(
            update(inbox)
            .where(inbox.c.status == "pending", inbox.c.claimed_by.is_not(None))
            .values(claimed_by=None, claimed_until=None)
        )
        session.execute(update(leases).values(expires_at=now()))


def key(service: str) -> str:
    """Return a service's part in the names of its settings."""
    return service.upper().replace("-", "_")


def _defaults(data_dir: Path, name: str, public_url: str) -> dict[str, str]:
    return {
        "BUS_URL": f"memory:{name}",
        "PEERS_URL": f"local:{name}",
        "PUBLIC_URL": public_url,
        "STORE_URL": f"file:{data_dir / 'objects'}",
        "MAIL_URL": f"file:{data_dir / 'mail'}",
        "WHATSAPP_URL": "log:",
    }


def _secrets(data_dir: Path, services: list[str]) -> dict[str, str]:
    """Random secrets of this folder, made once, readable by the owner only."""
    path = data_dir / _SECRETS
    known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    names = ["SECRET_KEY", "SECRET_PORTAL", *(f"CLIENT_SECRET_{key(s)}" for s in services)]
    missing = {name: secrets.token_urlsafe(_BYTES) for name in names if name not in known}
    if missing:
        known |= missing
        write_private(path, json.dumps(known, indent=1))
    return known


def write_private(path: Path, text: str) -> None:
    """Replace a file that only its owner may read, whole or not at all."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
