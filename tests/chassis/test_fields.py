"""What a request's fields make of a text, and that no request has another kind (R36)."""

import pytest
from marshmallow import ValidationError, fields, validate

from chassis.http.api import Blueprint, Schema
from chassis.http.fields import (
    Code,
    Exact,
    Line,
    Name,
    Prose,
    UncheckedText,
    Values,
    Words,
    unchecked,
)


class Sent(Schema):
    line = Line(10)
    name = Name(10)
    note = Prose(10, may_be_empty=True)
    q = Words()
    secret = Exact(validate=validate.Length(max=10))
    code = Code("^[a-z]+$")
    values = Values("^[a-z]+$")


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ({"line": " a\u00a0 b\n"}, "a  b"),
        ({"name": " a\u00a0 b\n"}, "a b"),
        ({"name": "e\u0301" * 10}, "é" * 10),
        ({"note": " a\r\nb "}, "a\nb"),
        ({"note": "\u200b"}, ""),
        ({"q": "\u202a1990\u202c\x00\n2"}, "1990 2"),
        ({"secret": " \u200bé\t"}, " \u200bé\t"),
        ({"code": "kgb"}, "kgb"),
        ({"values": {"a": [" x\u200b "], "b": 1}}, {"a": [" x\u200b "], "b": 1}),
    ],
)
def test_a_text_is_taken_as_its_field_says(sent, taken):
    assert next(iter(Sent().load(sent).values())) == taken


@pytest.mark.parametrize(
    "sent",
    [
        *({"line": " "}, {"line": "a\nb"}, {"line": "x" * 11}, {"line": 5}, {"line": None}),
        *({"name": "a\u202eb"}, {"note": "a\x00"}, {"note": "x" * 11}, {"q": "x" * 101}),
        *({"secret": "a\x00"}, {"secret": "\ud83d"}, {"code": "kgb\n"}, {"code": "KGB"}),
        *({"values": {"a": "\ud83d"}}, {"values": {"a": {"b": ["\x00"]}}}, {"values": {"A": 1}}),
        {"values": {"a": {"\ud83d": 1}}},
    ],
)
def test_what_its_field_does_not_take_is_refused(sent):
    with pytest.raises(ValidationError):
        Sent().load(sent)


class Inner(Schema):
    free = fields.String()


class Loose(Schema):
    text = fields.String()
    mail = fields.Email()
    anything = fields.Raw()
    several = fields.List(fields.String())
    below = fields.Nested(Inner)
    mapping = fields.Dict()
    keyed = fields.Dict(keys=Exact(), values=fields.String())


class Checked(Schema):
    id = fields.UUID()
    day = fields.Date()
    several = fields.List(Line(9))
    below = fields.Nested(Sent)
    keyed = fields.Dict(keys=Exact(), values=Line(9))


def test_every_way_that_text_could_come_in_unchecked_is_found():
    assert set(unchecked(Loose())) == set(Loose().fields)
    assert unchecked(Checked()) == []


def test_a_view_does_not_take_text_that_nobody_checks():
    with pytest.raises(UncheckedText, match="Inner: free"):
        Blueprint("any").arguments(Inner)


@pytest.mark.parametrize("sent", [{"free": "a"}, {}])
def test_a_form_or_a_row_of_a_table_is_not_loaded_by_such_a_schema_either(sent):
    with pytest.raises(UncheckedText, match="Inner: free"):
        Inner().load(sent)
