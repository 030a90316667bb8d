"""An answer says what marshmallow would say by the same schema, for every schema there is."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import UUID

import marshmallow
import pytest
from flask import Flask
from flask.json.provider import DefaultJSONProvider
from markupsafe import Markup
from marshmallow import fields

from chassis.http.answers import Json
from chassis.http.api import Schema
from chassis.process.manifest import discover, load

AT = datetime(2026, 11, 29, 13, 5, 7, 120_000, tzinfo=UTC)
ID = UUID("01a2276e-f6c1-774b-8412-04fa7d66e58b")


class Colour(StrEnum):
    RED = "red"


# Values of each kind that services answer with, by what a field is for.
VALUES: dict[type, list[Any]] = {
    fields.UUID: [ID, None],
    fields.Boolean: [True, False, None],
    fields.Integer: [7, 0, True, None],
    fields.DateTime: [AT, AT.astimezone(timezone(timedelta(hours=8))), None],
    fields.Date: [date(2026, 11, 29), None],
    fields.String: ["teks", "", "Nurul Qur’an", Colour.RED, ID, 7, Markup("<b>"), None],
    fields.Raw: ["teks", 7, 1.5, True, {"b": 1, "a": [None]}, [], None],
    fields.Dict: [{"b": 1, "a": {"y": "é", "x": None}}, {}, None],
}


class Every(Schema):
    """A member of each kind that some view has; `another` is kept under another name."""

    when = fields.AwareDateTime()
    day = fields.Date()
    number = fields.Integer()
    another = fields.String(data_key="as", attribute="kept")
    usual = fields.String(dump_default=None)
    words = fields.List(fields.String())
    instants = fields.List(fields.AwareDateTime())
    several = fields.Nested("Every", many=True, exclude=("several", "one"))
    one = fields.Nested(lambda: Every(exclude=("several", "one")))


def schemas() -> list[type[Schema]]:
    for manifest in discover().values():
        load(manifest.app)
    found, left = [], [Schema]
    while left:
        more = left.pop().__subclasses__()
        found += more
        left += more
    return [
        schema for schema in found if not schema.__module__.startswith("tests.") or schema is Every
    ]


def rows_of(schema: marshmallow.Schema, depth: int = 0) -> list[dict[str, Any]]:
    """Return rows that have between them every kind of value at every member."""
    choices = {
        field.attribute or name: _values(field, depth) for name, field in schema.fields.items()
    }
    longest = max(map(len, choices.values()), default=1)
    rows = [
        _nested({name: values[number % len(values)] for name, values in choices.items()})
        for number in range(longest)
    ]
    if any(hasattr(dict, name) for name in choices):
        return rows  # marshmallow would find the method where the member is not there
    return [*rows, dict(list(rows[0].items())[1:]), {}]


def _nested(values: dict[str, Any]) -> dict[str, Any]:
    """Put what is called `a.b` into `a`."""
    row: dict[str, Any] = {}
    for name, value in values.items():
        outer, _, inner = name.rpartition(".")
        (row.setdefault(outer, {}) if outer else row)[inner] = value
    return row


def _values(field: fields.Field[Any], depth: int) -> list[Any]:
    if type(field)._serialize.__module__ != fields.__name__:
        return [None]  # a rule of its own writes it in either way
    if isinstance(field, fields.Nested):
        rows = [] if depth > 2 else rows_of(field.schema, depth + 1)
        return [rows] if field.many else [*rows, None]
    if isinstance(field, fields.List):
        return [[*_values(field.inner, depth)], [], None]
    if isinstance(field, fields.Dict) and field.value_field:
        several = _values(field.value_field, depth)
        return [{str(number): value for number, value in enumerate(several)}, {}, None]
    return next((values for kind, values in VALUES.items() if isinstance(field, kind)), [None])


def as_told(provider: type[DefaultJSONProvider], schema: Schema, row: Any) -> bytes:
    app = Flask("answers")
    with app.app_context():
        return provider(app).response(schema.dump(row)).get_data()


@pytest.fixture
def marshmallows_own(monkeypatch):
    """Write as marshmallow does."""

    def begin() -> None:
        monkeypatch.setattr(Schema, "_serialize", marshmallow.Schema._serialize)

    yield begin
    monkeypatch.undo()


def test_every_schema_is_written_as_marshmallow_writes_it(marshmallows_own):
    tried = [(kind(), row) for kind in schemas() if not _shapes(kind) for row in rows_of(kind())]
    ours = [as_told(Json, schema, row) for schema, row in tried]
    marshmallows_own()
    theirs = [as_told(DefaultJSONProvider, schema, row) for schema, row in tried]

    assert len(tried) > 200
    for (schema, row), mine, own in zip(tried, ours, theirs, strict=True):
        assert json.loads(mine) == json.loads(own), (type(schema).__name__, row)
        assert not own.isascii() or b"\\u" in own or mine == own


def _shapes(kind: type[Schema]) -> bool:
    """A page makes its members of a `Page`; its rows and its place are tried by themselves."""
    return bool(kind()._hooks[marshmallow.decorators.PRE_DUMP])


def test_rows_that_are_no_dicts_are_written_by_their_members(marshmallows_own):
    class Thing:
        def __init__(self, values: dict[str, Any]) -> None:
            vars(self).update(values)

    things = [Thing(row) for row in rows_of(Every())]
    ours = [as_told(Json, Every(), thing) for thing in things]
    marshmallows_own()

    assert ours == [as_told(Json, Every(), thing) for thing in things]


def test_what_no_schema_writes_is_no_answer():
    with Flask("answers").app_context(), pytest.raises(TypeError):
        Json(Flask("answers")).response({"a": object()})
