"""What the plumbing needs to know of the app it is working for."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from flask import Flask, current_app

from chassis.process import parts
from chassis.process.buckets import LeakyBuckets
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
    note: parts.Note
    heard: Mapping[str, parts.Hearing] = field(default_factory=dict)
    timers: Mapping[str, Any] = field(default_factory=dict)
    loops: list[Loop] = field(default_factory=list)
    # What else this service leans on: `/readyz` tells of it, and is ready without it.
    leans_on: dict[str, Callable[[], None]] = field(default_factory=dict)
    buckets: LeakyBuckets = field(default_factory=LeakyBuckets)
    _mark: str = field(default_factory=lambda: uuid4().hex, init=False, repr=False)
    _wakers: dict[str, Callable[[], None]] = field(default_factory=dict, init=False, repr=False)

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def mark(self) -> str:
        """What its notifications carry, so that it does not wake itself twice; a fork's differ."""
        return f"{os.getpid()}.{self._mark}"

    @property
    def is_told_of_commits(self) -> bool:
        """Tell whether loops are woken by whoever commits: SQLite tells no other process."""
        is_alone = self.settings.bus_url.startswith("memory:")
        return is_alone or not self.settings.database_url.startswith("sqlite")

    def wake(self, topic: str) -> None:
        """Have this process's loops of that topic run now instead of at their next turn."""
        for wake in {loop.wake for loop in self.loops if loop.topic == topic}:
            wake.set()

    def wake_at_commit(self, topic: str) -> None:
        """Wake the loops of that topic, in every process, once the open transaction commits."""
        # The same callable each time: a transaction calls back once, however much it records.
        self.db.after_commit(self._wakers.setdefault(topic, partial(self.wake, topic)))
        self.db.wake_elsewhere(topic, self.mark)


def attach(app: Flask, runtime: Runtime) -> None:
    app.extensions[_KEY] = runtime


def of(app: Flask) -> Runtime:
    return cast(Runtime, app.extensions[_KEY])


def here() -> Runtime:
    """Return the runtime of the app whose context is active."""
    return cast(Runtime, current_app.extensions[_KEY])
