from collections.abc import Mapping

from flask import Flask

from chassis.data.db import Database, ServiceBase, service_registry
from chassis.http.auth import accept_until_expiry
from chassis.run.app import service_app
from services.kiosk.manifest import MANIFEST


class Base(ServiceBase):
    registry = service_registry()


db = Database(Base)


def place(text: str) -> str:
    return text or "lobby"


def create_app(config: Mapping[str, str] | None = None) -> Flask:
    return service_app(MANIFEST, __name__, db=db, revoked_at=accept_until_expiry, config=config)
