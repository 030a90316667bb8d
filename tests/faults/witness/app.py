from collections.abc import Mapping

from flask import Flask

from chassis.events.envelope import Event
from chassis.events.inbox import hear
from chassis.run.app import service_app
from tests.faults.witness.manifest import MANIFEST
from tests.faults.witness.models import Effect, db


def see(event: Event) -> None:
    with db.transaction() as session:
        session.add(Effect(event_id=event.id, subject=event.subject, version=event.version))


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    heard = {kind: hear(see, replay="rebuild") for kind in MANIFEST.hears}
    return service_app(MANIFEST, __name__, db=db, config=config, heard=heard)
