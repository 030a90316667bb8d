from collections.abc import Mapping
from typing import Any

from flask import Flask

from chassis.data.db import Database, ServiceBase, service_registry
from chassis.events.envelope import Event
from chassis.events.outbox import record
from chassis.http.auth import accept_until_expiry
from chassis.process.manifest import Manifest
from chassis.process.regions import in_region
from chassis.run.app import service_app

MANIFEST = Manifest(
    name="chooser",
    title={"id": "Pemilih", "en": "Chooser"},
    app="tests.builders.chooser.app:create_app",
)


class Base(ServiceBase):
    registry = service_registry()


db = Database(Base)


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    return service_app(MANIFEST, __name__, db=db, revoked_at=accept_until_expiry, config=config)


def choose(app: Flask, region: str, proposal_id: str, **decision: Any) -> None:
    """Say what was decided, as any service does: a row in the outbox, nothing else."""
    kind = "result" if "result" in decision else "stage"
    with app.app_context(), in_region(region), db.transaction():
        record(
            Event(
                type=f"{kind}.decided.v1",
                subject=f"proposal/{proposal_id}",
                version=1,
                data={"proposal_id": proposal_id, **decision},
            )
        )
