"""Hears for every service which sessions were ended, so that none has to remember it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from chassis.events.envelope import Event
from chassis.events.inbox import Hearing, hear, reading
from chassis.http import sessions
from chassis.process.manifest import Manifest, always_heard
from chassis.process.runtime import here

_READS = reading(id=UUID, ended_at=datetime)


def heard_by(manifest: Manifest, manifests: Mapping[str, Manifest]) -> dict[str, Hearing]:
    """Return the subscriptions that the chassis makes for a service."""
    hearing = hear(_keep, replay="rebuild", reads=_READS)
    return dict.fromkeys(always_heard(manifest, manifests), hearing)


def _keep(event: Event) -> None:
    told = _READS.load(event.data)
    sessions.end(here(), told["id"], told["ended_at"])
