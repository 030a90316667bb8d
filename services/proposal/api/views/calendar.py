"""What clients get of the days off."""

from marshmallow import fields

from chassis.http.api import Schema


class HolidayView(Schema):
    day = fields.Date(required=True)
    name = fields.String(required=True)


class HolidayList(Schema):
    data = fields.List(fields.Nested(HolidayView), required=True)
