"""What must follow from what was recorded: by the manifests' rules alone, not by what happened."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from chassis.process.manifest import Notice, discover, heard_by
from services.notification.domain.recipients import recipients

Told = tuple[str, str, str]  # event, notice rule, person


class Happened(Protocol):
    """As much of an event as the rules of notices look at."""

    @property
    def id(self) -> Any: ...
    @property
    def type(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


def hearers() -> dict[str, frozenset[str]]:
    """Say which service must hear which events."""
    manifests = discover()
    return {name: heard_by(one, manifests) for name, one in manifests.items()}


def notices_due(events: Iterable[Happened]) -> Counter[Told]:
    """Say who must be told of what, and by which rule."""
    return Counter(
        (str(event.id), rule.name, str(person))
        for event in events
        for rule in _notices()
        if rule.event == event.type
        for person in recipients(rule.to, event.data)
    )


def mailed_rules() -> frozenset[str]:
    """Name the rules whose notices also go out as mail."""
    return frozenset(rule.name for rule in _notices() if "email" in rule.channels)


def _notices() -> list[Notice]:
    return [notice for manifest in discover().values() for notice in manifest.notices]
