"""In a body of JSON each value is of its kind, and a day is one that can be meant."""

import pytest
from marshmallow import ValidationError, fields

from chassis.http.api import Blueprint, Schema
from chassis.http.values import Day, LooseValue, Truth, Whole, loose
from chassis.kernel.errors import FieldError
from chassis.run.import_cells import DAY, CellWrong


class Sent(Schema):
    truth = Truth()
    whole = Whole()
    day = Day()


class Inner(Schema):
    flag = fields.Boolean()


class Loose(Schema):
    flag = fields.Boolean()
    number = fields.Integer()
    share = fields.Float()
    day = fields.Date()
    several = fields.List(fields.Integer())
    below = fields.Nested(Inner)
    keyed = fields.Dict(keys=Truth(), values=fields.Boolean())


OF_ANOTHER_KIND = [
    *(("truth", value) for value in ("false", "true", "", "0", 0, 1, 0.0, [], {})),
    *(("whole", value) for value in ("7", "", 7.5, True, False, [7], {})),
    *(("day", value) for value in (20260131, 0, True, "kemarin", ["2026-01-31"])),
]


@pytest.mark.parametrize(("name", "value"), OF_ANOTHER_KIND)
def test_no_value_of_json_is_read_out_of_one_of_another_kind(name, value):
    with pytest.raises(ValidationError) as refused:
        Sent().load({name: value})

    assert list(refused.value.messages_dict) == [name]


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [("truth", True, True), ("truth", False, False), ("whole", 7, 7), ("whole", 7.0, 7)],
)
def test_a_value_of_its_kind_is_taken_as_it_is(name, value, taken):
    assert Sent().load({name: value}) == {name: taken}


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_that_nobody_can_mean_is_refused_in_a_body_and_in_a_table(day):
    with pytest.raises(ValidationError) as refused:
        Sent().load({"day": day})
    with pytest.raises(CellWrong) as cell:
        DAY(day)

    (error,) = refused.value.messages_dict["day"]
    assert isinstance(error, FieldError)
    assert error.code == "out_of_range"
    assert cell.value.code == "cell_out_of_range"


def test_every_way_that_another_kind_could_come_in_is_found():
    assert set(loose(Loose())) == set(Loose().fields)
    assert loose(Sent()) == []


def test_a_body_is_not_declared_with_a_field_that_reads_texts_but_an_address_is():
    with pytest.raises(LooseValue, match="Inner: flag"):
        Blueprint("any").arguments(Inner)

    Blueprint("any").arguments(Inner, location="query")
