"""What the use cases of one identity app work with, made once from its settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from chassis.kernel.roles import Role
from chassis.process.manifest import roles_of
from chassis.process.runtime import Runtime
from services.identity.adapters.hashing import Hasher
from services.identity.adapters.sealing import Sealer

_KEY = "identity"


@dataclass(frozen=True)
class Machinery:
    hasher: Hasher
    sealer: Sealer
    roles: Mapping[str, Role]
    delegation_months: int


def install(app: Flask, runtime: Runtime) -> None:
    settings = runtime.settings
    app.extensions[_KEY] = Machinery(
        hasher=Hasher(
            memory_kib=settings["PASSWORD_MEMORY_KIB"], at_once=settings["PASSWORD_AT_ONCE"]
        ),
        sealer=Sealer(settings["SECRET_KEY"]),
        roles=roles_of(runtime.manifests),
        delegation_months=settings["DELEGATION_MONTHS"],
    )


def machinery() -> Machinery:
    """Return the machinery of the app whose context is active."""
    return cast(Machinery, current_app.extensions[_KEY])
