"""One service by itself: its own database in a temporary folder, a test's own token issuer."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from chassis.events.envelope import Event
from chassis.events.inbox import store_into
from chassis.http import peers
from chassis.http.keys import KeySet
from chassis.process import data_folder
from chassis.process import runtime as runtimes
from chassis.process.config import COMMON
from chassis.process.manifest import discover, load, settings_of
from chassis.run import embedded, migration, worker
from tests.builders.templates import template
from tests.builders.tokens import ISSUER, Signer

SECRET = "a-secret-of-this-test-of-32-characters-or-more"


@dataclass
class Service:
    """A service under test."""

    app: Flask
    signer: Signer

    @property
    def runtime(self) -> runtimes.Runtime:
        return runtimes.of(self.app)

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> TestResponse:
        """Send one request; `token` becomes the bearer token."""
        given = dict(headers or {})
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        return self.app.test_client().open(path, method=method, headers=given, **kwargs)

    def person(self, person_id: UUID, *scopes: str, **claims: Any) -> str:
        return self.signer.person(person_id, *scopes, **claims)

    def client(self, client_id: str, *scopes: str, **claims: Any) -> str:
        return self.signer.client(client_id, *scopes, **claims)

    def hear(self, *events: Event) -> None:
        """Deliver events as the bus would, and handle them."""
        store_into(self.app)(events)
        self.drain()

    def drain(self) -> None:
        worker.drain(self.app)

    def close(self) -> None:
        let_go(self.app)
        forget(self.app)

    def recorded(self, event_type: str | None = None) -> list[Event]:
        """Return what the service has said, oldest first."""
        with self.app.app_context():
            outbox = self.runtime.db.plumbing.outbox
            rows = self.runtime.db.session.execute(outbox.select().order_by(outbox.c.id)).all()
        events = [Event.from_json(row.body) for row in rows]
        return [event for event in events if event_type in (None, event.type)]


def settings_for(name: str, folder: Path, **extra: str) -> dict[str, str]:
    """Return settings with which one service runs alone in a folder."""
    manifests = discover()
    declared = settings_of(name, manifests) if name in manifests else COMMON
    return {
        **data_folder.alone(name, declared, folder, secret=SECRET),
        "PUBLIC_URL": ISSUER,
        "RETRY_SCHEDULE": "0,0,0",
        "PASSWORD_MEMORY_KIB": "1024",  # what a hash costs protects nobody here
        **extra,
    }


def under_test(app: Flask, signer: Signer | None = None) -> Service:
    """Give an app the test's token issuer in place of identity."""
    signer = signer or Signer()
    runtime = runtimes.of(app)
    runtime.keys = KeySet("test", lambda: signer.jwks, runtime.db)
    return Service(app, signer)


def one_service(name: str, folder: Path, **extra: str) -> Service:
    """Build, migrate and seed a service from its manifest."""
    database = folder / f"{name}.db"
    if not database.exists():
        shutil.copyfile(
            template(f"schema-{name}", partial(_migrated, name)) / database.name, database
        )
    app: Flask = load(discover()[name].app)(settings_for(name, folder, **extra))
    service = under_test(app)
    embedded.prepare(app)
    return service


def _migrated(name: str, folder: Path) -> None:
    """A service's empty tables; what seeds bring has a time, and that is the test's."""
    app: Flask = load(discover()[name].app)(settings_for(name, folder))
    migration.upgrade(app)
    let_go(app)


def let_go(app: Flask) -> None:
    """Close every connection to a service's database, so that its file is whole."""
    runtime = runtimes.of(app)
    with app.app_context():
        runtime.db.session.remove()
        runtime.db.engine.dispose()


def forget(app: Flask) -> None:
    """Have nobody find an app any more; each that stayed would make all later tests slower."""
    runtime = runtimes.of(app)
    peers.forget_local(runtime.settings.peers_url)
    runtime.bus.close()
