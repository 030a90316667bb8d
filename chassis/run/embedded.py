"""Everything in one process: the apps of the embedded form.

A service cannot tell that it runs here; only the settings differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import update

from chassis.data.revisions import schema_of
from chassis.process import runtime as runtimes
from chassis.process.clock import now
from chassis.process.data_folder import Parts, defaults, secrets_of
from chassis.process.ids import uuid7
from chassis.process.manifest import Manifest, discover, load, settings_of_all
from chassis.run.worker import Worker


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
    fronts: Parts | None = None,
    extra: Mapping[str, str] | None = None,
) -> Embedded:
    """Make all services of a data folder, migrate and seed them.

    `fronts` are the settings of what answers before the services. `demo` fills a new folder with
    the invented demo region. `extra` settings win over the embedded defaults. Raises
    `ManifestInvalid` where two parts contradict each other, `SettingsInvalid` when the settings do
    not fit, `OSError` when the folder cannot be used.
    """
    name = str(uuid7())
    manifests = discover()
    parts = settings_of_all(manifests, fronts or {})
    settings = {
        **defaults(parts, data_dir, instance=name),
        "PUBLIC_URL": public_url,
        **secrets_of(data_dir, parts),
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
        schema = schema_of(runtime.db.engine, runtime.folder)
    if not schema.serves:
        from chassis.run import migration  # Alembic is loaded by whoever migrates

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
