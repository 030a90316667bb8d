"""An event on its way: a CloudEvents 1.0 envelope around a fact that has happened."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.process import regions
from chassis.process.clock import now
from chassis.process.context import caused_by
from chassis.process.ids import uuid7

CONTENT_TYPE = "application/cloudevents+json"
_EXTENSIONS = {
    "requestid": "request_id",
    "correlationid": "correlation_id",
    "causationid": "causation_id",
}
# What every inbox has room for. A message that no inbox can store would stop a queue for ever.
_ROOM = {"type": 80, "subject": 120, "region": 16, "source": 40}
_LARGEST = 2**63 - 1
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


class EnvelopeInvalid(Exception):
    """What arrived is not an event of ours."""


class FieldMissing(KeyError):
    """An event's data lacks what was asked for; no other KeyError is the event's fault."""


class Fields(dict[str, Any]):
    """A JSON object in an event's data, at any depth."""

    def __missing__(self, key: str) -> Any:
        raise FieldMissing(key)


@dataclass(frozen=True)
class Event:
    """One fact. `version` is the subject's own version, `position` its place in the log."""

    type: str
    subject: str
    data: Mapping[str, Any]
    version: int
    region: str = field(default_factory=regions.current_region)
    id: UUID = field(default_factory=uuid7)
    time: datetime = field(default_factory=now)
    source: str = ""
    request_id: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    position: int | None = None

    def as_cause(self) -> AbstractContextManager[None]:
        """Bind this event for a block of work that is its effect."""
        return caused_by(str(self.id), self.request_id, self.correlation_id)

    def to_cloudevent(self) -> dict[str, Any]:
        """Return the structured JSON form (CloudEvents 1.0)."""
        envelope: dict[str, Any] = {
            "specversion": "1.0",
            "id": str(self.id),
            "source": f"/services/{self.source}",
            "type": self.type,
            "subject": self.subject,
            "time": self.time.isoformat(),
            "datacontenttype": "application/json",
            "region": self.region,
            "aggregateversion": self.version,
            "data": dict(self.data),
        }
        if self.position is not None:
            envelope["position"] = self.position
        for name, attribute in _EXTENSIONS.items():
            if (value := getattr(self, attribute)) is not None:
                envelope[name] = value
        return envelope

    def to_json(self) -> str:
        return json.dumps(self.to_cloudevent(), separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_cloudevent(cls, envelope: Mapping[str, Any]) -> "Event":
        """Read the structured JSON form; unknown attributes are ignored.

        Raises `EnvelopeInvalid` when a required attribute is missing or malformed, or when an
        inbox could not store it.
        """
        try:
            event = cls(
                type=str(envelope["type"]),
                subject=str(envelope["subject"]),
                data=_fields(_object(envelope["data"])),
                version=int(envelope["aggregateversion"]),
                region=str(envelope["region"]),
                id=UUID(envelope["id"]),
                time=datetime.fromisoformat(envelope["time"]),
                source=str(envelope["source"]).removeprefix("/services/"),
                position=envelope.get("position"),
                **{attribute: envelope.get(name) for name, attribute in _EXTENSIONS.items()},
            )
            check_room(event)
        except _MALFORMED as error:
            raise EnvelopeInvalid(f"not an event: {type(error).__name__}") from error
        return event

    @classmethod
    def from_json(cls, text: str | bytes) -> "Event":
        try:
            envelope = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise EnvelopeInvalid("not JSON") from error
        return cls.from_cloudevent(_object(envelope))


def check_room(event: Event) -> str:
    """Return an event as an inbox stores it. Raises `EnvelopeInvalid` where none can."""
    for name, room in _ROOM.items():
        value = getattr(event, name)
        if len(value) > room or "\0" in value:
            raise EnvelopeInvalid(f"no inbox has room for its {name}")
    if event.position is not None and not _is_position(event.position):
        raise EnvelopeInvalid("its position is not a number")
    body = event.to_json()
    try:
        body.encode()
    except UnicodeEncodeError as error:
        raise EnvelopeInvalid("it holds half a character, which only JSON can carry") from error
    return body


def _is_position(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise EnvelopeInvalid("not a JSON object")
    return value


def _fields(value: Any) -> Any:
    if isinstance(value, dict):
        return Fields({key: _fields(item) for key, item in value.items()})
    return [_fields(item) for item in value] if isinstance(value, list) else value
