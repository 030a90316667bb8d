"""Values in a body of JSON that are no text: each is what it is, and none is read out of a text.

There `"false"` answers no question of yes or no, `"7"` is no number and 7.5 no whole one. What an
address, a form or a cell of a table says is always text; marshmallow's own fields read it.
"""

from typing import Any

import marshmallow
from marshmallow import ValidationError, fields

from chassis.http.fields import members
from chassis.kernel.errors import FieldError
from chassis.kernel.period import EARLIEST_DAY, LATEST_DAY, is_plausible


class LooseValue(TypeError):
    """A body of JSON takes a value by a field that reads texts, or takes any day at all."""


class Truth(fields.Boolean):
    """`true` or `false`."""

    def _deserialize(self, value: Any, *_place: Any, **_more: Any) -> bool:
        if not isinstance(value, bool):
            raise _wrong(
                "invalid_type",
                "Isi dengan true atau false, tanpa tanda kutip.",
                "Must be true or false, without quotation marks.",
            )
        return value


class Whole(fields.Integer):
    """A whole number; 7.0 is one too, as in JSON Schema."""

    def _deserialize(self, value: Any, *_place: Any, **_more: Any) -> int:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or value != int(value):
            raise _wrong(
                "invalid_type",
                "Isi dengan bilangan bulat, tanpa tanda kutip.",
                "Must be a whole number, without quotation marks.",
            )
        return int(value)


class Day(fields.Date):
    """A day that can be meant: neither year 1 nor year 9999."""

    def _deserialize(self, value: Any, *place: Any, **more: Any) -> Any:
        day = super()._deserialize(value, *place, **more)
        if not is_plausible(day):
            raise _wrong(
                "out_of_range",
                f"Tanggal harus dari tahun {EARLIEST_DAY.year} sampai {LATEST_DAY.year}.",
                f"The date must be from {EARLIEST_DAY.year} to {LATEST_DAY.year}.",
            )
        return day


def loose(schema: marshmallow.Schema) -> list[str]:
    """Name the members of a body that would take what is not of their kind."""
    return members(schema, _is_loose)


def _is_loose(field: fields.Field[Any]) -> bool:
    reads_texts = isinstance(field, fields.Boolean | fields.Integer | fields.Float | fields.Date)
    return reads_texts and not isinstance(field, Truth | Whole | Day)


def _wrong(code: str, indonesian: str, english: str) -> ValidationError:
    # The problem document finds the pointer by the place of the field.
    return ValidationError([FieldError("", code, indonesian, english)])
