"""An event on its way: a CloudEvents 1.0 envelope around a fact that has happened."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import regions
from chassis.clock import now
from chassis.ids import uuid7

CONTENT_TYPE = "application/cloudevents+json"
_EXTENSIONS = {
    "requestid": "request_id",
    "correlationid": "correlation_id",
    "causationid": "causation_id",
}


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

        Raises `EnvelopeInvalid` when a required attribute is missing or malformed.
        """
        try:
            return cls(
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
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise EnvelopeInvalid(f"not an event: {error!r}") from error

    @classmethod
    def from_json(cls, text: str | bytes) -> "Event":
        try:
            envelope = json.loads(text)
        except ValueError as error:
            raise EnvelopeInvalid("not JSON") from error
        return cls.from_cloudevent(_object(envelope))


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise EnvelopeInvalid("not a JSON object")
    return value


def _fields(value: Any) -> Any:
    if isinstance(value, dict):
        return Fields({key: _fields(one) for key, one in value.items()})
    return [_fields(one) for one in value] if isinstance(value, list) else value
