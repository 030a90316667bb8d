"""What every installation has: registered applications and a key that signs tokens."""

from flask import Flask

from chassis.process.config import key
from chassis.process.manifest import OPERATOR
from chassis.process.runtime import Runtime, of
from services.identity.usecases import clients
from services.identity.usecases.signing_keys import keep_keys


def seed(app: Flask) -> None:
    """Register the applications and make sure a signing key exists."""
    runtime = of(app)
    with app.app_context():
        clients.register(
            clients.specs(
                public_url=runtime.settings.public_url,
                manifests=runtime.manifests,
                secrets=_secrets(runtime),
            )
        )
        keep_keys()


def _secrets(runtime: Runtime) -> dict[str, str]:
    """The client secret of each service, and of the operator."""
    others = (name for name in (*runtime.manifests, OPERATOR) if name != runtime.name)
    given = {name: str(runtime.settings[f"CLIENT_SECRET_{key(name)}"]) for name in others}
    return {runtime.name: runtime.settings.client_secret, **given}
