"""What an event says, declared once as a class; its contract and sample are written from it.

A field is a `UUID`, `str`, `bool`, `int`, `date`, `datetime`, `Literal`, `None`, a list or another
`Facts` without an event, or one of these or None. One with the default None may be
left out. `Annotated` adds a description (a string), more
keywords of JSON Schema (a mapping) and what the sample says (an `Example`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields
from datetime import date, datetime
from enum import Enum
from itertools import count
from types import ModuleType, NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    Protocol,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

from chassis.events.envelope import Event
from chassis.process.regions import current_region

_SCALARS: Mapping[Any, Mapping[str, Any]] = {
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    NoneType: {"type": "null"},
}


class FactUnknown(TypeError):
    """A field of an event has a type that no contract can say."""


class Subject(Protocol):
    """A versioned row that an event is about."""

    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def region(self) -> str: ...


@dataclass(frozen=True)
class Example:
    """What the sample of an event says in this field."""

    value: Any


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Facts:
    """Base of what events say; each subclass is a frozen dataclass.

    `event` is the type; `about` the kind of its subject, where that is not the type's first word.
    Its docstring is the contract's description.
    """

    event_type: ClassVar[str] = ""
    subject_kind: ClassVar[str] = ""

    def __init_subclass__(cls, *, event: str = "", about: str = "") -> None:
        if event:
            cls.event_type, cls.subject_kind = event, about or event.partition(".")[0]
        dataclass(frozen=True, kw_only=True)(cls)

    @classmethod
    def of(cls, row: Subject, known: Mapping[str, Any] | None = None, **facts: Any) -> Event:
        """Make the event about a row: each fact as given, else as known, else the row's own."""
        wanted = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
        told = {name: value for name, value in (known or {}).items() if name in wanted} | facts
        for name in wanted.keys() - told.keys():
            told[name] = getattr(row, name, *([None] if _is_optional(wanted[name]) else []))
        return cls(**told).event(row.id, row.version, region=row.region)

    def event(self, subject_id: UUID, version: int, *, region: str | None = None) -> Event:
        """Make the event; without a region in the bound one."""
        return Event(
            self.event_type,
            f"{self.subject_kind}/{subject_id}",
            self.data(),
            version,
            region=region or current_region(),
        )

    def data(self) -> dict[str, Any]:
        """Return the facts as JSON has them, without the optional ones that are not there."""
        optional = {field.name for field in fields(self) if _is_optional(field)}  # type: ignore[arg-type]
        return {
            name: _plain(value)
            for name, value in vars(self).items()
            if value is not None or name not in optional
        }


class Said(Facts):
    """A fact in words, in each language."""

    id: str
    en: str


def declared(module: ModuleType) -> dict[str, type[Facts]]:
    """Return the events that a service's `events` module declares, by type."""
    classes = [item for item in vars(module).values() if isinstance(item, type)]
    found = [item for item in classes if issubclass(item, Facts) and item.event_type]
    return {item.event_type: item for item in found if item.__module__ == module.__name__}


def contract(facts: type[Facts]) -> dict[str, Any]:
    """Return the JSON Schema of an event's data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": facts.event_type,
        "description": facts.__doc__ or "",
        **_object(facts),
    }


def sample(facts: type[Facts], source: str) -> dict[str, Any]:
    """Return an example of the event as it travels; the same declaration gives the same one."""
    numbers = count(1)
    data = _example(facts, facts.event_type, numbers)
    subject = next((value for value in data.values() if _is_id(value)), _number(1))
    return {
        "specversion": "1.0",
        "id": _number(next(numbers) + 100),
        "source": f"/services/{source}",
        "type": facts.event_type,
        "subject": f"{facts.subject_kind}/{subject}",
        "time": "2026-11-02T02:00:00+00:00",
        "datacontenttype": "application/json",
        "region": "demo",
        "aggregateversion": 1,
        "position": 1,
        "data": data,
    }


def _object(facts: type[Facts]) -> dict[str, Any]:
    hints = dict(_hints(facts))
    optional = {field.name for field in fields(facts) if _is_optional(field)}  # type: ignore[arg-type]
    return {
        "type": "object",
        "required": [name for name in hints if name not in optional],
        "properties": {name: _schema(hint) for name, hint in hints.items()},
        "additionalProperties": True,
    }


def _hints(facts: type[Facts]) -> Iterator[tuple[str, Any]]:
    hints = get_type_hints(facts, include_extras=True)
    for field in fields(facts):  # type: ignore[arg-type]
        hint = hints[field.name]
        yield field.name, _without_none(hint) if _is_optional(field) else hint


def _is_optional(field: Field[Any]) -> bool:
    """A fact that may be left out, as every one that a later release adds."""
    return field.default is None


def _without_none(hint: Any) -> Any:
    parts = [part for part in get_args(hint) if part is not NoneType]
    return parts[0] if get_origin(hint) in (Union, UnionType) and len(parts) == 1 else hint


def _schema(hint: Any) -> dict[str, Any]:
    if get_origin(hint) is Annotated:
        plain, *notes = get_args(hint)
        return {**_schema(plain), **_keywords(notes)}
    if get_origin(hint) in (Union, UnionType):
        return _nullable([part for part in get_args(hint) if part is not NoneType], hint)
    if get_origin(hint) is Literal:
        return {"type": "string", "enum": list(get_args(hint))}
    if get_origin(hint) is list:
        return {"type": "array", "items": _schema(get_args(hint)[0])}
    if isinstance(hint, type) and issubclass(hint, Facts):
        return _object(hint)
    if hint not in _SCALARS:
        raise FactUnknown(f"no contract can say {hint}")
    return dict(_SCALARS[hint])


def _nullable(parts: list[Any], hint: Any) -> dict[str, Any]:
    if len(parts) != 1:
        raise FactUnknown(f"no contract can say {hint}")
    schema = _schema(parts[0])
    codes = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **codes}


def _keywords(notes: list[Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for note in notes:
        told |= {"description": note} if isinstance(note, str) else {}
        told |= note if isinstance(note, Mapping) else {}
    return told


def _example(hint: Any, name: str, numbers: Iterator[int]) -> Any:
    if get_origin(hint) is Annotated:
        plain, *notes = get_args(hint)
        given = [note.value for note in notes if isinstance(note, Example)]
        return given[0] if given else _example(plain, name, numbers)
    if get_origin(hint) in (Union, UnionType, list):
        one = _example(get_args(hint)[0], name, numbers)
        return [one] if get_origin(hint) is list else one
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    if isinstance(hint, type) and issubclass(hint, Facts):
        return {key: _example(part, key, numbers) for key, part in _hints(hint)}
    if hint is UUID:
        return _number(next(numbers))
    return {**_EXAMPLES, str: name}[hint]


_EXAMPLES: Mapping[Any, Any] = {
    datetime: "2026-11-02T02:00:00+00:00",
    date: "2026-11-02",
    bool: False,
    int: 1,
    NoneType: None,
}


def _number(number: int) -> str:
    return f"0190a000-0000-7000-8000-{number:012d}"


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("0190a000-")


def _plain(value: Any) -> Any:
    if isinstance(value, Facts):
        return value.data()
    if isinstance(value, UUID | Enum):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
