"""The composition root of the proposal service."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from chassis.run.app import service_app
from services.proposal.adapters import receipts
from services.proposal.api import BLUEPRINTS
from services.proposal.manifest import MANIFEST
from services.proposal.models import Employee, db
from services.proposal.subscriptions import HEARD
from services.proposal.workers import vacancies


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    return service_app(
        MANIFEST,
        __name__,
        db=db,
        config=config,
        settings=(receipts.KEYS_URL,),
        blueprints=BLUEPRINTS,
        heard=HEARD,
        loops=(vacancies.loop(),),
        revoked_at=_revoked_at,
        on_create=(receipts.attach_keys,),
    )


def _revoked_at(person_id: UUID) -> datetime | None:
    return db.session.scalar(select(Employee.sessions_revoked_at).where(Employee.id == person_id))
