"""What every installation has: registered applications and a key that signs tokens."""

from flask import Flask

from chassis.process.manifest import discover
from chassis.process.runtime import of
from services.identity.config import client_secrets
from services.identity.usecases import clients
from services.identity.usecases.signing_keys import keep_keys


def seed(app: Flask) -> None:
    """Register the applications and make sure a signing key exists."""
    settings, manifests = of(app).settings, discover()
    with app.app_context():
        clients.register(
            clients.specs(
                public_url=settings.public_url,
                manifests=manifests,
                secrets=client_secrets(settings, manifests),
            )
        )
        keep_keys()
