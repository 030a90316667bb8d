"""How an answer is written: by the schema of its view, which is read once and not for every row.

marshmallow checks what comes in and describes both ways. Its own way to write asks each field of
each row anew; here a value that is JSON already is taken as it is, and fields write the others.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import marshmallow
import msgspec
from flask import Response
from flask.json.provider import DefaultJSONProvider
from marshmallow import fields, missing
from marshmallow.utils import get_value

_NOTHING = type(None)
_ISO: Callable[[Any], Any] = fields.DateTime.SERIALIZATION_FUNCS["iso"]
_Write = Callable[[Any], Any]


class _Member(NamedTuple):
    """A member of an answer, the name of its value in a row, and how the value is written.

    Values of a type in `as_it_is` are JSON already.
    """

    key: str
    name: str
    as_it_is: frozenset[type]
    write: _Write
    otherwise: Any


class Shape:
    """How the rows of a schema are written."""

    def __init__(self, schema: marshmallow.Schema) -> None:
        each = schema.dump_fields.items()
        self._members = [_member(name, field) for name, field in each if not _is_own(field)]
        self._own = {name: field for name, field in each if _is_own(field)}

    def write(self, row: Any) -> dict[str, Any]:
        """Return the members of a row. One that is not there is left out, or has its default."""
        if type(row) is dict and not self._own:
            with suppress(KeyError):
                return {
                    key: value if (value := row[name]).__class__ in as_it_is else write(value)
                    for key, name, as_it_is, write, _ in self._members
                }
        return self._found_in(row)

    def _found_in(self, row: Any) -> dict[str, Any]:
        written = {}
        for key, name, as_it_is, write, otherwise in self._members:
            value = get_value(row, name, otherwise)
            if value is not missing:
                written[key] = value if value.__class__ in as_it_is else write(value)
        for name, field in self._own.items():
            value = field.serialize(name, row)
            if value is not missing:
                written[field.data_key or name] = value
        return written


def _member(name: str, field: fields.Field[Any]) -> _Member:
    key, source = field.data_key or name, field.attribute or name
    return _Member(key, source, _as_it_is(field), _writer(field), field.dump_default)


def _writer(field: fields.Field[Any]) -> _Write:
    """Return how a field writes: in a short way to the same, where there is one."""
    rule = _rule(field)
    return _short(field) or (lambda value: rule(value, None, None))


def _short(field: fields.Field[Any]) -> _Write | None:
    """Return how a field writes what is there, for instants, days, rows and lists of rows."""
    rule, known = _rule(type(field)), cast("Any", field)
    if rule is _rule(fields.DateTime):
        write = known.SERIALIZATION_FUNCS.get(known.format or known.DEFAULT_FORMAT)
        return _instant if write is _ISO else cast("_Write", write)
    if rule is _rule(fields.Nested) and not (known.many or known.schema.many):
        return _whole(known.schema)
    if rule is _rule(fields.List) and (write := _short(known.inner)):
        return lambda values: [None if value is None else write(value) for value in values]
    return None


def _instant(value: Any) -> str:
    """Write an instant as `isoformat` does, in a third of its time where it is of UTC."""
    if value.__class__ is datetime and value.tzinfo is UTC:
        return f"{_ENCODER.encode(value)[1:-2].decode()}+00:00"  # what msgspec writes as Z
    return str(_ISO(value))


def _whole(schema: marshmallow.Schema) -> _Write:
    """Return how a row within a row is written: by its shape, unless its schema adds to that."""
    known: Any = schema
    adds = any(known._hooks[moment] for moment in ("pre_dump", "post_dump"))  # noqa: SLF001
    if adds or not hasattr(type(known), "shape"):
        return cast("_Write", known.dump)

    def write(row: Any) -> Any:
        return known.shape.write(row)  # read late: a schema may hold rows of its own kind

    return write


def _is_own(field: fields.Field[Any]) -> bool:
    """Tell whether a field writes by a rule of its own, which may look at the whole row."""
    return bool(_rule(type(field)).__module__ != fields.__name__)


def _rule(field: Any) -> Any:
    return field._serialize  # noqa: SLF001 - `serialize` looks for the value as well


# The rules of marshmallow that leave values of some types as they are, or as `Json` writes them.
_LEAVING: dict[Any, tuple[type, ...]] = {
    _rule(fields.String): (str,),
    _rule(fields.UUID): (UUID,),
    _rule(fields.Integer): (int,),
    _rule(fields.Field): (str, bool, int, float, list, dict),
}


def _as_it_is(field: fields.Field[Any]) -> frozenset[type]:
    rule = _rule(type(field))
    if getattr(field, "as_string", False):
        return frozenset()
    # Nothing is nothing by each rule of marshmallow's.
    return frozenset((*_LEAVING.get(rule, ()), _NOTHING))


class Json(DefaultJSONProvider):
    """The JSON of answers, with members in the order of their names."""

    def response(self, *args: Any, **kwargs: Any) -> Response:
        told = self._prepare_response_obj(args, kwargs)
        body = _ENCODER.encode(told) + b"\n"
        made: Any = self._app.response_class
        return cast("Response", made(body, mimetype=self.mimetype))


def _text(value: Any) -> str:
    """Write what is a text by its class. Raises `TypeError` for what no schema writes."""
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


_ENCODER = msgspec.json.Encoder(order="sorted", enc_hook=_text)
