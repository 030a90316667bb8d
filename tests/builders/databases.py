"""A database on a real PostgreSQL for every service: migrated by its owner, used by its role."""

from pathlib import Path

from chassis.process.config import key
from chassis.process.manifest import discover
from ops.engines.postgres import Postgres, passwords_for
from ops.migrate import migrate
from tests.builders.service import SECRET, settings_for


def databases_on(server: Postgres, folder: Path) -> dict[str, str]:
    """Make and migrate all databases; returns the settings with which the services use them.

    The names carry nothing of the test, so a server serves one such set.
    """
    manifests = discover()
    passwords = passwords_for(manifests)
    server.add_databases(passwords)
    urls = {
        f"DATABASE_URL_{key(name)}": server.service_url(name, passwords[name]) for name in manifests
    }
    for name, manifest in manifests.items():
        owner = {f"OWNER_URL_{key(name)}": server.owner_url(name)}
        alone = settings_for(name, folder) | urls | owner
        migrate(manifest, alone)
    # What migrating sealed must be opened with the same key.
    return urls | {"SECRET_KEY": SECRET}
