from collections.abc import Mapping

from flask import Flask

from chassis.events.envelope import Event
from chassis.events.inbox import EventData, hear
from chassis.http.auth import accept_until_expiry
from chassis.run.app import service_app
from tests.faults.witness.manifest import MANIFEST
from tests.faults.witness.models import Effect, db


def see(event: Event) -> None:
    with db.transaction() as session:
        session.add(Effect(event_id=event.id, subject=event.subject, version=event.version))


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    reads_nothing = EventData()
    heard = {kind: hear(see, replay="rebuild", reads=reads_nothing) for kind in MANIFEST.hears}
    return service_app(
        MANIFEST, __name__, db=db, revoked_at=accept_until_expiry, config=config, heard=heard
    )
