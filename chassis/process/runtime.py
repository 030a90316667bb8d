"""What the plumbing needs to know of the app it is working for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app

from chassis.process import parts
from chassis.process.config import Settings
from chassis.process.loops import Loop
from chassis.process.manifest import Manifest

_KEY = "simpul"


@dataclass
class Runtime:
    """One service in one process."""

    settings: Settings
    manifest: Manifest
    manifests: Mapping[str, Manifest]  # of all services installed when this one started
    db: parts.Database
    bus: parts.Bus
    peers: parts.Peers
    keys: parts.Keys
    receipt_keys: parts.Keys
    contracts: parts.Contracts
    folder: Path
    revoked_at: parts.RevokedAt
    heard: Mapping[str, parts.Hearing] = field(default_factory=dict)
    timers: Mapping[str, Any] = field(default_factory=dict)
    loops: list[Loop] = field(default_factory=list)
    # What else this service leans on: `/readyz` tells of it, and is ready without it.
    leans_on: dict[str, Callable[[], None]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.manifest.name

    def wake_relay(self) -> None:
        self.wake("relay")

    def wake_dispatcher(self) -> None:
        self.wake("dispatcher")

    def wake(self, loop_name: str) -> None:
        """Have the loop of that name run now instead of at its next turn."""
        for loop in self.loops:
            if loop.name == loop_name:
                loop.wake.set()


def attach(app: Flask, runtime: Runtime) -> None:
    app.extensions[_KEY] = runtime


def of(app: Flask) -> Runtime:
    return cast(Runtime, app.extensions[_KEY])


def here() -> Runtime:
    """Return the runtime of the app whose context is active."""
    return cast(Runtime, current_app.extensions[_KEY])
