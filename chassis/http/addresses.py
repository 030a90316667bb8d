"""Texts in the address of a request are read as `Exact` reads them: the rest is an address of
nothing (R36).
"""

from flask import Flask
from werkzeug.routing import UnicodeConverter, ValidationError

from chassis.kernel.errors import Invalid
from chassis.kernel.text import exact


class ExactText(UnicodeConverter):
    """A part of an address that a database can be asked for."""

    def to_python(self, value: str) -> str:
        try:
            return exact(value)
        except Invalid:
            raise ValidationError from None


def read_exactly(app: Flask) -> None:
    """Have every route of an app read its texts so; before the first route is added."""
    app.url_map.converters.update(dict.fromkeys(("default", "string"), ExactText))
