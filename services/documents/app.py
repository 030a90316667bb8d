"""The composition root of documents."""

from collections.abc import Mapping

from flask import Flask

from chassis.process import runtime
from chassis.run.app import service_app
from chassis.run.worker import Loop
from services.documents.adapters.machinery import install
from services.documents.api import (
    combining,
    documents,
    grants,
    made,
    permits,
    proposed,
    receipt_keys,
    uploads,
)
from services.documents.manifest import MANIFEST
from services.documents.models import PEOPLE, db
from services.documents.subscriptions import HEARD
from services.documents.workers.releasing import release
from services.documents.workers.scrubbing import scrub
from services.documents.workers.sweeping import sweep
from services.documents.workers.watching import watch_scanner
from staff.rights import revoked_at


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    """Build the documents service from its settings."""
    return service_app(
        MANIFEST,
        __name__,
        db=db,
        config=config,
        blueprints=(
            documents.blp,
            made.blp,
            grants.blp,
            permits.blp,
            uploads.blp,
            proposed.blp,
            combining.blp,
            receipt_keys.blp,
        ),
        heard=HEARD,
        loops=(
            Loop("sweep", sweep, every=3600.0, drained=False),
            Loop("scrub", scrub, every=60.0, drained=False),
            Loop("quarantine", release, every=30.0),
            Loop("scanner", watch_scanner, every=60.0, drained=False),
        ),
        revoked_at=revoked_at(PEOPLE),
        on_create=(lambda app: install(app, runtime.of(app).settings),),
    )
